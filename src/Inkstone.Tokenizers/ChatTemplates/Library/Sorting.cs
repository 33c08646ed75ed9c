namespace Inkstone.Tokenizers;

/// <summary>Stable sorting by keys whose comparison may fail.</summary>
internal static class Sorting
{
    /// <summary>The items in the order of their keys; equal ones keep their order, reversed or not.</summary>
    public static TemplateValue[] Sort(List<TemplateValue> items, Func<TemplateValue, TemplateValue> key, bool reverse, RenderState state)
    {
        var keys = items.ConvertAll(item => key(item));
        var order = new int[items.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Merge(order, new int[order.Length], 0, order.Length, (a, b) => reverse
            ? Comparison.Order(keys[b], keys[a], "<", state) > 0
            : Comparison.Order(keys[b], keys[a], "<", state) < 0);
        return Array.ConvertAll(order, i => items[i]);
    }

    private static void Merge(int[] order, int[] scratch, int start, int end, Func<int, int, bool> isSecondFirst)
    {
        if (end - start < 2)
            return;
        var middle = (start + end) / 2;
        Merge(order, scratch, start, middle, isSecondFirst);
        Merge(order, scratch, middle, end, isSecondFirst);
        int left = start, right = middle;
        for (var i = start; i < end; i++)
            scratch[i] = left == middle || (right < end && isSecondFirst(order[left], order[right])) ? order[right++] : order[left++];
        scratch.AsSpan(start, end - start).CopyTo(order.AsSpan(start));
    }
}
