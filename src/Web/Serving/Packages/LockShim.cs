using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>
/// The module that stands where core expects <c>pyodide.mjs</c> in a page with a lock: it starts the very same Pyodide with the page's
/// packages in its lock, so that it loads exactly those files (pyscript-platform.md, "Packages", 3).
/// </summary>
static class LockShim
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>The module's text.</summary>
    /// <param name="home">The address of the folder with this Pyodide's own files, ending in a slash.</param>
    /// <param name="addressOf">The absolute address of a locked file.</param>
    public static string Write(LockDocument locked, string home, Func<LockedPackage, string> addressOf)
    {
        var packages = locked.Packages.ToDictionary(package => package.Name, package => EntryOf(package, addressOf(package)), StringComparer.Ordinal);
        var script = new StringBuilder();
        script.Append("import * as pyodide from ").Append(Js(home + "pyodide.mjs")).Append(";\n");
        script.Append("const home = ").Append(Js(home)).Append(";\n");
        script.Append("const locked = ").Append(JsonSerializer.Serialize(packages, s_json)).Append(";\n");
        script.Append("const entries = ").Append(JsonSerializer.Serialize(locked.Entries, s_json)).Append(";\n");
        script.Append("const missing = ").Append(JsonSerializer.Serialize(locked.Missing, s_json)).Append(";\n");
        script.Append(Code);
        return script.ToString();
    }

    /// <summary>A module that is another version's own: a page may name one for some of its scripts.</summary>
    public static string PassOn(string address) => $"export * from {Js(address)};\n";

    private static Dictionary<string, object> EntryOf(LockedPackage package, string address) => new(StringComparer.Ordinal)
    {
        ["name"] = package.Name,
        ["version"] = package.Version,
        ["file_name"] = address,
        ["install_dir"] = package.InstallDir,
        ["sha256"] = package.Sha256,
        ["package_type"] = package.PackageType,
        ["imports"] = package.Imports,
        ["depends"] = package.Depends,
        ["unvendored_tests"] = false,
        ["shared_library"] = package.PackageType == "shared_library",
    };

    private static string Js(string text) => JsonSerializer.Serialize(text, s_json);

    // The release's own lock stays beneath, for what a page loads by itself later. Names in it are made absolute, since they would be looked
    // for beside this module; Pyodide takes a lock as a text from 0.28 on and as an address before.
    private const string Code = """
        export const version = pyodide.version;
        let text = "";
        const own = fetch(home + "pyodide-lock.json").then(answer => answer.json()).then(lock => {
          Object.assign(lock.packages, locked);
          for (const entry of Object.values(lock.packages)) entry.file_name = new URL(entry.file_name, home).href;
          return text = JSON.stringify(lock);
        });
        const takesText = !/^0\.2[0-7]\./.test(version);
        const complain = names => {
          const lacking = names.filter(name => name in missing);
          if (lacking.length) throw new Error(lacking.map(name => missing[name]).join("\n"));
        };
        export const loadPyodide = async (options = {}) => {
          const { lockFileURL, ...rest } = options;
          complain(rest.packages ?? []);
          let address = "";
          const lock = takesText ? { lockFileContents: own, packageBaseUrl: home }
            : { lockFileURL: address = URL.createObjectURL(new Blob([await own], { type: "application/json" })) };
          try {
            const python = await pyodide.loadPyodide({ ...rest, indexURL: home, ...lock });
            if (!rest.packages) leadInstaller(python);
            return python;
          } finally {
            if (address) URL.revokeObjectURL(address);
          }
        };
        // A config that was not led, and PyScript before "passthrough", hand the packages to micropip: what is locked is loaded as it is.
        const nameOf = entry => entries[entry] ?? entries[entry.split("/").pop()] ?? entry;
        const leadInstaller = python => {
          const { loadPackage, pyimport } = python;
          const restore = () => Object.assign(python, { loadPackage, pyimport });
          python.loadPackage = (names, ...rest) => names === "micropip" ? Promise.resolve([]) : loadPackage.call(python, names, ...rest);
          python.pyimport = name => name !== "micropip" ? pyimport.call(python, name) : {
            install: async listed => {
              restore();
              const names = [listed].flat().map(nameOf);
              complain(names);
              await loadPackage.call(python, names.filter(name => name in locked));
              const others = names.filter(name => !(name in locked));
              if (!others.length) return;
              await loadPackage.call(python, "micropip");
              const installer = pyimport.call(python, "micropip");
              await installer.install(others);
              installer.destroy();
            },
            set_index_urls() {},
            freeze: () => text,
            destroy() {},
          };
        };

        """;
}
