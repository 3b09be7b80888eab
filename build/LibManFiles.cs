using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Puts the files that libman.json lists where it says, from an npm node_modules folder or from the provider itself.</summary>
public class LibManFiles : Task
{
    [Required] public string Manifest { get; set; }
    public string PackagesRoot { get; set; }
    [Required] public string Hashes { get; set; }
    public bool AcceptHashes { get; set; }

    static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };

    public override bool Execute()
    {
        string root = Path.GetDirectoryName(Path.GetFullPath(Manifest));
        XElement manifest = Json(Manifest);
        string defaultProvider = (string)manifest.Element("defaultProvider");
        var expected = File.Exists(Hashes)
            ? File.ReadAllLines(Hashes).Where(l => l.Length > 66).ToDictionary(l => l.Substring(66), l => l.Substring(0, 64))
            : new Dictionary<string, string>();
        var restored = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (XElement library in manifest.Element("libraries").Elements())
        {
            string id = (string)library.Element("library");
            string provider = (string)library.Element("provider") ?? defaultProvider;
            string destination = (string)library.Element("destination");
            int at = id.LastIndexOf('@');
            if (provider != "unpkg") { Log.LogError("libman.json: '{0}' uses provider '{1}'; only unpkg serves the files of npm packages", id, provider); continue; }
            if (at <= 0 || destination == null || library.Element("files") == null) { Log.LogError("libman.json: '{0}' needs an exact version, a destination and its files", id); continue; }
            string name = id.Substring(0, at), version = id.Substring(at + 1);
            string target = Path.GetFullPath(Path.Combine(root, destination));
            if (!target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) { Log.LogError("libman.json: destination '{0}' lies outside the repository", destination); continue; }
            if (!string.IsNullOrEmpty(PackagesRoot) && !IsInstalled(name, version)) continue;
            foreach (string file in library.Element("files").Elements().Select(f => (string)f))
            {
                byte[] content = Content(name, version, file);
                if (content == null) { Log.LogError("libman.json: {0} has no file '{1}'", id, file); continue; }
                string hash = Hex(content), key = id + "/" + file, known;
                restored[key] = hash;
                if (!AcceptHashes && (!expected.TryGetValue(key, out known) || known != hash)) { Log.LogError("libman: {0} is not the file that build/libman.sha256 knows; look at it, then build once with -p:LibManLock=write", key); continue; }
                string to = Path.Combine(target, file);
                Directory.CreateDirectory(Path.GetDirectoryName(to));
                File.WriteAllBytes(to, content);
            }
        }
        if (Log.HasLoggedErrors) return false;
        if (AcceptHashes) File.WriteAllText(Hashes, string.Concat(restored.Select(r => r.Value + "  " + r.Key + "\n")));
        Log.LogMessage(MessageImportance.High, "libman: {0} files restored from {1}", restored.Count, string.IsNullOrEmpty(PackagesRoot) ? "unpkg" : "npm packages");
        return true;
    }

    bool IsInstalled(string name, string version)
    {
        string packageJson = Path.Combine(PackagesRoot, name, "package.json");
        string installed = File.Exists(packageJson) ? (string)Json(packageJson).Element("version") : "nothing";
        if (installed == version) return true;
        Log.LogError("libman.json asks for {0}@{1}, npm installed {2}: npm install --save-dev --save-exact {0}@{1}", name, version, installed);
        return false;
    }

    byte[] Content(string name, string version, string file)
    {
        if (!string.IsNullOrEmpty(PackagesRoot))
        {
            string path = Path.Combine(PackagesRoot, name, file);
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        using (HttpResponseMessage answer = Http.GetAsync("https://unpkg.com/" + name + "@" + version + "/" + file).GetAwaiter().GetResult())
            return answer.IsSuccessStatusCode ? answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult() : null;
    }

    static string Hex(byte[] content)
    {
        using (SHA256 sha = SHA256.Create()) return BitConverter.ToString(sha.ComputeHash(content)).Replace("-", "").ToLowerInvariant();
    }

    static XElement Json(string path)
    {
        using (XmlDictionaryReader reader = JsonReaderWriterFactory.CreateJsonReader(File.ReadAllBytes(path), new XmlDictionaryReaderQuotas()))
            return XElement.Load(reader);
    }
}
