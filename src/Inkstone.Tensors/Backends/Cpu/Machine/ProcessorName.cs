using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Inkstone.Tensors;

/// <summary>The name of the processor that runs this process.</summary>
internal static partial class ProcessorName
{
    private const uint LeafIdentity = 1;
    private const uint LeafExtendedLimit = 0x80000000;
    private const uint LeafFirstOfBrand = 0x80000002;
    private const uint LeafLastOfBrand = 0x80000004;

    /// <summary>The brand, and what tells generations apart: on x64 the family and model, elsewhere what the system says.</summary>
    public static string Read()
    {
        if (X86Base.IsSupported)
            return ReadX64();
        var architecture = RuntimeInformation.ProcessArchitecture.ToString();
        var name = OperatingSystem.IsMacOS() ? ReadMac() : OperatingSystem.IsLinux() ? ReadLinux() : ReadWindows();
        return name is null ? $"{architecture} processor" : $"{name} ({architecture})";
    }

    private static string ReadX64()
    {
        var (_, vendorB, vendorC, vendorD) = X86Base.CpuId(0, 0);
        var vendor = Letters(vendorB, vendorD, vendorC);
        var (family, model) = FamilyAndModel((uint)X86Base.CpuId((int)LeafIdentity, 0).Eax);
        var brand = ReadBrand();
        var generation = Generation(vendor, family, model);
        var place = string.Create(CultureInfo.InvariantCulture, $"family {family} model {model}");
        return $"{(brand.Length > 0 ? brand : vendor)} ({(generation is null ? "" : generation + ", ")}{place})";
    }

    /// <summary>The displayed family and model of CPUID leaf 1's EAX (AMD 25481, Intel SDM volume 2A).</summary>
    internal static (int Family, int Model) FamilyAndModel(uint signature)
    {
        var family = (int)(signature >> 8 & 0xF);
        var model = (int)(signature >> 4 & 0xF);
        if (family is 6 or 15)
            model |= (int)(signature >> 16 & 0xF) << 4;
        if (family == 15)
            family += (int)(signature >> 20 & 0xFF);
        return (family, model);
    }

    /// <summary>AMD's generations, on which the speed of vector instructions depends; null for others.</summary>
    internal static string? Generation(string vendor, int family, int model) => (vendor, family, model) switch
    {
        ("AuthenticAMD", 23, < 0x30) => "Zen 1",
        ("AuthenticAMD", 23, _) => "Zen 2",
        ("AuthenticAMD", 25, < 0x10 or (>= 0x20 and < 0x60)) => "Zen 3",
        ("AuthenticAMD", 25, _) => "Zen 4",
        ("AuthenticAMD", 26, _) => "Zen 5",
        _ => null,
    };

    private static string ReadBrand()
    {
        if ((uint)X86Base.CpuId(unchecked((int)LeafExtendedLimit), 0).Eax < LeafLastOfBrand)
            return "";
        var text = new StringBuilder();
        for (var leaf = LeafFirstOfBrand; leaf <= LeafLastOfBrand; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId(unchecked((int)leaf), 0);
            text.Append(Letters(a, b, c, d));
        }
        return string.Join(' ', text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Letters(params ReadOnlySpan<int> registers) =>
        Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).Replace("\0", "");

    private static string? ReadLinux()
    {
        const string Table = "/proc/cpuinfo";
        if (!File.Exists(Table))
            return null;
        string? implementer = null, part = null;
        foreach (var line in File.ReadLines(Table))
        {
            var value = line[(line.IndexOf(':') + 1)..].Trim();
            if (line.StartsWith("model name", StringComparison.Ordinal))
                return value;
            if (line.StartsWith("CPU implementer", StringComparison.Ordinal))
                implementer = value;
            if (line.StartsWith("CPU part", StringComparison.Ordinal))
                part = value;
        }
        return implementer is null ? null : $"implementer {implementer} part {part}";
    }

    private static string? ReadWindows() => Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");

    private static unsafe string? ReadMac()
    {
        var text = stackalloc byte[256];
        nint length = 255;
        text[255] = 0;
        return SysctlByName("machdep.cpu.brand_string", text, &length, 0, 0) == 0 ? Marshal.PtrToStringUTF8((nint)text) : null;
    }

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SysctlByName(string name, byte* value, nint* length, nint newValue, nint newLength);
}
