namespace Inkstone.Corpus.Tests;

public class DocumentationNameTests
{
    private static TypeCatalog Catalog()
    {
        var catalog = new TypeCatalog();
        catalog.Add("T:System.Collections.Generic.Dictionary`2", ["TKey", "TValue"]);
        catalog.Add("T:System.Collections.Generic.List`1", ["T"]);
        catalog.Add("T:System.Collections.Generic.List`1.Enumerator", []);
        catalog.Add("T:System.Collections.Generic.IEnumerable`1", ["T"]);
        catalog.Add("T:System.Environment", []);
        catalog.Add("T:System.Environment.SpecialFolder", []);
        catalog.Add("T:Outer`1", ["TOuter"]);
        catalog.Add("T:Outer`1.Inner`1", ["TInner"]);
        catalog.Add("M:System.Linq.Enumerable.Select``2(System.Collections.Generic.IEnumerable{``0},System.Func{``0,``1})", ["TSource", "TResult"]);
        return catalog;
    }

    [Theory]
    [InlineData("T:System.Collections.Generic.List`1", "", "System.Collections.Generic.List<T> — type")]
    [InlineData("T:System.Collections.Generic.List`1.Enumerator", "", "System.Collections.Generic.List<T>.Enumerator — type")]
    [InlineData("T:Unknown.Pair`2", "", "Unknown.Pair<T1, T2> — type")]
    [InlineData("M:System.Collections.Generic.List`1.Add(`0)", "item", "System.Collections.Generic.List<T>.Add(T item) — method")]
    [InlineData("M:System.Collections.Generic.List`1.Clear", "", "System.Collections.Generic.List<T>.Clear() — method")]
    [InlineData("M:System.String.#ctor(System.Char,System.Int32)", "c,count", "System.String(char c, int count) — constructor")]
    [InlineData("M:System.Thing.#cctor", "", "System.Thing() — static constructor")]
    [InlineData("M:System.String.#ctor(System.Char*)", "value", "System.String(char* value) — constructor")]
    [InlineData("M:A.B.M(System.Int32[0:,0:],System.String[][])", "grid,lines", "A.B.M(int[,] grid, string[][] lines) — method")]
    [InlineData("M:A.B.M(System.Nullable{System.Int32},System.ValueTuple{System.Int32,System.String})", "n,pair", "A.B.M(int? n, (int, string) pair) — method")]
    [InlineData("M:A.B.M(System.Environment.SpecialFolder)", "folder", "A.B.M(Environment.SpecialFolder folder) — method")]
    [InlineData("M:A.B.M(System.Collections.Generic.List{System.String}.Enumerator@)", "e", "A.B.M(ref List<string>.Enumerator e) — method")]
    [InlineData("M:A.B.M(System.Guid@|System.Runtime.InteropServices.InAttribute,System.Void*@)", "id,p", "A.B.M(ref Guid id, ref void* p) — method")]
    [InlineData("M:Outer`1.Inner`1.M(`0,`1)", "a,b", "Outer<TOuter>.Inner<TInner>.M(TOuter a, TInner b) — method")]
    [InlineData("M:System.Linq.Enumerable.Select``2(System.Collections.Generic.IEnumerable{``0},System.Func{``0,``1})", "source,selector",
        "System.Linq.Enumerable.Select<TSource, TResult>(IEnumerable<TSource> source, Func<TSource, TResult> selector) — method")]
    [InlineData("M:System.Version.op_LessThanOrEqual(System.Version,System.Version)", "v1,v2", "System.Version.operator <=(Version v1, Version v2) — operator")]
    [InlineData("M:System.Int128.op_CheckedAddition(System.Int128,System.Int128)", "left,right", "System.Int128.operator checked +(Int128 left, Int128 right) — operator")]
    [InlineData("M:System.ArraySegment`1.op_Implicit(`0[])~System.ArraySegment{`0}", "array", "System.ArraySegment<T>.implicit operator ArraySegment<T>(T[] array) — operator")]
    [InlineData("M:System.Half.op_CheckedExplicit(System.Half)~System.Byte", "value", "System.Half.explicit operator checked byte(Half value) — operator")]
    [InlineData("P:System.Collections.Generic.List`1.Count", "", "System.Collections.Generic.List<T>.Count — property")]
    [InlineData("P:System.Collections.Generic.Dictionary`2.Item(`0)", "key", "System.Collections.Generic.Dictionary<TKey, TValue>.this[TKey key] — indexer")]
    [InlineData("F:System.String.Empty", "", "System.String.Empty — field")]
    [InlineData("E:A.B.Changed", "", "A.B.Changed — event")]
    [InlineData("M:A.Bag`1.System#Collections#ICollection#CopyTo(System.Array,System.Int32)", "array,index",
        "A.Bag<T>.ICollection.CopyTo(Array array, int index) — method")]
    [InlineData("P:System.Collections.Generic.Dictionary`2.System#Collections#Generic#IDictionary{TKey@TValue}#Keys", "",
        "System.Collections.Generic.Dictionary<TKey, TValue>.IDictionary<TKey, TValue>.Keys — property")]
    [InlineData("M:System.Byte.System#Numerics#IAdditionOperators{System#Byte@System#Byte@System#Byte}#op_Addition(System.Byte,System.Byte)", "left,right",
        "System.Byte.IAdditionOperators<byte, byte, byte>.operator +(byte left, byte right) — operator")]
    [InlineData("M:System.Byte.System#Numerics#IBinaryInteger<System#Byte>#GetShortestBitLength", "", "System.Byte.IBinaryInteger<byte>.GetShortestBitLength() — method")]
    [InlineData("M:A.B.M(System.Int32,System.Int32)", "only", "A.B.M(int, int) — method")]
    [InlineData("M:A.B.M(((((", "", "A.B.M() — method")]
    [InlineData("M:A.B.M({{{{)", "", "A.B.M(<<<<>>>>) — method")]
    [InlineData("M:A.B.M(delegate* unmanaged{System.IntPtr, System.Void})", "f", "A.B.M(delegate* unmanaged<nint, void> f) — method")]
    public void HeadlineNamesTheDeclaringTypeFirst(string id, string parameters, string expected)
    {
        var list = parameters.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => (name, "")).ToList();
        Assert.Equal(expected, new MemberNames(Catalog()).Headline(id, list));
    }

    [Fact]
    public void OutParametersAreToldFromReferencesByTheirDescription() => Assert.Equal(
        "System.Collections.Generic.Dictionary<TKey, TValue>.TryGetValue(TKey key, out TValue value) — method",
        new MemberNames(Catalog()).Headline("M:System.Collections.Generic.Dictionary`2.TryGetValue(`0,`1@)",
            [("key", ""), ("value", "When this method returns, contains the value.")]));

    [Theory]
    [InlineData("T:System.Collections.Generic.List`1", "List<T>")]
    [InlineData("T:System.Environment.SpecialFolder", "Environment.SpecialFolder")]
    [InlineData("T:System.Collections.Generic.List{System.Int32}", "List<int>")]
    [InlineData("T:System.String", "String")]
    [InlineData("P:System.Collections.Generic.List`1.Count", "List<T>.Count")]
    [InlineData("P:System.Collections.Generic.Dictionary`2.Item(`0)", "Dictionary<TKey, TValue>.Item[TKey]")]
    [InlineData("M:System.String.IndexOf(System.Char,System.Int32)", "String.IndexOf(char, int)")]
    [InlineData("M:System.String.#ctor(System.Char[])", "String(char[])")]
    [InlineData("M:A.B.M(System.Int32@)", "B.M(ref int)")]
    [InlineData("O:System.String.Format", "String.Format")]
    [InlineData("N:System.Linq", "System.Linq")]
    [InlineData("!:Missing", "Missing")]
    [InlineData("System.Diagnostics.Activity.Start*", "Start")]
    [InlineData("T:System.Collections.Generic.List%601", "List<T>")]
    [InlineData("", "")]
    public void ReferencesReadAsInRunningText(string id, string expected) =>
        Assert.Equal(expected, new MemberNames(Catalog()).Reference(id));

    [Theory]
    [InlineData("System.Collections.Generic.List`1.Enumerator", "System.Collections.Generic.List")]
    [InlineData("System.Collections.Generic.List`1", "System.Collections.Generic.List")]
    [InlineData("System.Environment.SpecialFolder", "System.Environment")]
    [InlineData("Unknown.Type", "Unknown.Type")]
    [InlineData("Global", "Global")]
    public void GroupIsTheOutermostTypeWithoutArity(string type, string expected) =>
        Assert.Equal(expected, Catalog().OutermostName(type));
}
