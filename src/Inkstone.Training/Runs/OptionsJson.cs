using System.Reflection;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Training;

/// <summary>
/// Option records as JSON and back: each property that can be set is a member of the same name, enumerations by name, records inside records as objects.
/// Members that a file leaves out keep their defaults; those that are not understood are refused by name.
/// </summary>
public static class OptionsJson
{
    /// <summary>Writes every option.</summary>
    public static void Write(Utf8JsonWriter json, object options)
    {
        json.WriteStartObject();
        foreach (var property in Properties(options.GetType()))
        {
            json.WritePropertyName(property.Name);
            WriteValue(json, property.GetValue(options), property.Name);
        }
        json.WriteEndObject();
    }

    /// <summary>Reads options; the caller validates them and refuses what is left of the object.</summary>
    /// <typeparam name="T">A record with a constructor without parameters.</typeparam>
    /// <exception cref="InkstoneFormatException">A value is of the wrong kind.</exception>
    public static T Read<T>(JsonObjectReader json)
        where T : new() => (T)Read(json, new T());

    private static object Read(JsonObjectReader json, object options)
    {
        foreach (var property in Properties(options.GetType()))
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (IsRecord(type))
            {
                if (json.FindObject(property.Name) is { } inner)
                    property.SetValue(options, Read(inner, Activator.CreateInstance(type)!));
            }
            else if (json.Find(property.Name) is { } value)
            {
                property.SetValue(options, ReadValue(value, type));
            }
        }
        return options;
    }

    private static object ReadValue(JsonValue value, Type type)
    {
        if (type.IsEnum)
        {
            var text = value.AsString();
            return Enum.GetNames(type).Contains(text, StringComparer.Ordinal) ? Enum.Parse(type, text) : throw value.Error("not one of the known choices", string.Join(", ", Enum.GetNames(type)));
        }
        if (type == typeof(bool))
            return value.AsBoolean();
        if (type == typeof(int))
            return value.AsInt32(int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return value.AsInt64();
        if (type == typeof(double))
            return value.AsDouble(double.MinValue, double.MaxValue);
        return type == typeof(string) ? value.AsString() : throw Unsupported(type);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, string name)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            case int or long: json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case double: throw new InkstoneNumericException("JSON holds no NaN or infinity", name, "a finite number");
            case Enum or string: json.WriteStringValue(value.ToString()); break;
            case { } when IsRecord(value.GetType()): Write(json, value); break;
            default: throw Unsupported(value.GetType());
        }
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);

    private static bool IsRecord(Type type) => type.IsClass && type != typeof(string);

    private static NotSupportedException Unsupported(Type type) => new($"options of type {type.Name} have no JSON form");
}
