using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Copies a minified style sheet without the rules for classes that no source mentions. A class counts as mentioned when its name stands anywhere in one of the files, whatever for.</summary>
public class UsedStyles : Task
{
    [Required] public string Source { get; set; }
    [Required] public string Output { get; set; }
    [Required] public ITaskItem[] Mentions { get; set; }

    static readonly Regex Word = new Regex("[A-Za-z0-9_-]+", RegexOptions.Compiled);
    static readonly Regex Class = new Regex(@"\.((?:\\.|[\w-])+)", RegexOptions.Compiled);
    readonly HashSet<string> _words = new HashSet<string>(StringComparer.Ordinal);

    public override bool Execute()
    {
        foreach (ITaskItem file in Mentions)
            foreach (Match word in Word.Matches(File.ReadAllText(file.GetMetadata("FullPath")))) _words.Add(word.Value);
        string whole = File.ReadAllText(Source), used = Keep(whole);
        if (used.Length == 0) { Log.LogError("{0} has no rule that is used", Source); return false; }
        File.WriteAllText(Output, used);
        Log.LogMessage(MessageImportance.Low, "{0}: {1} of {2} characters are used", Source, used.Length, whole.Length);
        return true;
    }

    string Keep(string css)
    {
        StringBuilder kept = new StringBuilder();
        for (int at = 0; at < css.Length;)
        {
            if (char.IsWhiteSpace(css[at])) { at++; continue; }
            if (string.CompareOrdinal(css, at, "/*", 0, 2) == 0) { at = css.IndexOf("*/", at, StringComparison.Ordinal) + 2; continue; }
            int head = End(css, at, "{;");
            if (head == css.Length) break;
            string prelude = css.Substring(at, head - at).Trim();
            if (css[head] == ';') { kept.Append(prelude).Append(';'); at = head + 1; continue; }
            int end = Closing(css, head);
            string body = css.Substring(head + 1, end - head - 1);
            if (prelude.StartsWith("@media", StringComparison.Ordinal) || prelude.StartsWith("@supports", StringComparison.Ordinal) || prelude.StartsWith("@layer", StringComparison.Ordinal) || prelude.StartsWith("@container", StringComparison.Ordinal))
            {
                string inner = Keep(body);
                if (inner.Length > 0) kept.Append(prelude).Append('{').Append(inner).Append('}');
            }
            else
            {
                string selectors = prelude.StartsWith("@", StringComparison.Ordinal) ? prelude : string.Join(",", Parts(prelude).Where(IsUsed));
                if (selectors.Length > 0) kept.Append(selectors).Append('{').Append(body).Append('}');
            }
            at = end + 1;
        }
        return kept.ToString();
    }

    /// <summary>What stands in parentheses is a choice or an exception: it decides nothing.</summary>
    bool IsUsed(string selector)
    {
        StringBuilder plain = new StringBuilder();
        int depth = 0;
        foreach (char c in selector)
        {
            if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (depth == 0) plain.Append(c);
        }
        foreach (Match name in Class.Matches(plain.ToString()))
            if (!_words.Contains(Regex.Replace(name.Groups[1].Value, @"\\(.)", "$1"))) return false;
        return true;
    }

    static IEnumerable<string> Parts(string list)
    {
        for (int at = 0; at < list.Length;)
        {
            int end = End(list, at, ",");
            yield return list.Substring(at, end - at).Trim();
            at = end + 1;
        }
    }

    static int Closing(string css, int open)
    {
        int depth = 1, at = open + 1;
        while (at < css.Length)
        {
            at = End(css, at, "{}");
            if (at == css.Length) break;
            depth += css[at] == '{' ? 1 : -1;
            if (depth == 0) return at;
            at++;
        }
        throw new FormatException("The style sheet opens more than it closes.");
    }

    /// <summary>Where the first of these stands outside of texts and parentheses; the length when nowhere.</summary>
    static int End(string css, int at, string wanted)
    {
        char quote = '\0';
        for (int depth = 0; at < css.Length; at++)
        {
            char c = css[at];
            if (c == '\\') { at++; continue; }
            if (quote != '\0') { if (c == quote) quote = '\0'; continue; }
            if (c == '"' || c == '\'') quote = c;
            else if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (depth == 0 && wanted.IndexOf(c) >= 0) return at;
        }
        return css.Length;
    }
}
