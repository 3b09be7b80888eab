using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Tests.Plumbing;

/// <summary>Which code hands out a file, read in the code itself: it calls something that answers with one, or that names an answer an attachment, directly or through other code of the panel.</summary>
internal sealed class GivesFiles
{
    private static readonly Assembly Panel = typeof(Program).Assembly;
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    private readonly Dictionary<MethodBase, IReadOnlyList<MethodBase>> _called = [];

    public bool In(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Any(In);

    public bool In(MethodBase method) => Reaches(method, []);

    private bool Reaches(MethodBase method, HashSet<MethodBase> seen)
    {
        if (IsFile(method)) return true;
        if (method.Module.Assembly != Panel || !seen.Add(method)) return false;
        if (!_called.TryGetValue(method, out var called)) _called[method] = called = [.. Called(method).Distinct()];
        return called.Any(m => Reaches(m, seen));
    }

    private static bool IsFile(MethodBase method) => method switch
    {
        ConstructorInfo made => IsFile(made.DeclaringType!),
        MethodInfo { Name: "set_ContentDisposition" } => true,
        MethodInfo { Name: "File" or "Bytes" or "Stream" } result when result.DeclaringType == typeof(Results) => true,
        MethodInfo asked => IsFile(asked.ReturnType),
        _ => false,
    };

    private static bool IsFile(Type type) => typeof(FileResult).IsAssignableFrom(type) || typeof(IFileHttpResult).IsAssignableFrom(type);

    private static IEnumerable<MethodBase> Called(MethodBase method)
    {
        // What an async method does stands in the machine the compiler made of it.
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            yield return machine.StateMachineType.GetMethod("MoveNext", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!;
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il) yield break;
        for (var at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE) value = (short)((0xFE << 8) | il[at++]);
            var code = Codes[value];
            if (code.OperandType == OperandType.InlineMethod)
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(il, at), method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null)!;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }
}
