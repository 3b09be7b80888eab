using System.Buffers.Text;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>Items chosen in a list, short enough for an address however many they are: in order, each as the distance from the one before.</summary>
public static class ChosenItems
{
    /// <summary>More than can be decided together, so that too many are said to be.</summary>
    public const int Most = 2 * BulkModel.Most;

    /// <returns>Null where there are none.</returns>
    public static string? Write(IEnumerable<long> seqs)
    {
        var (bytes, last) = (new List<byte>(), 0L);
        foreach (var seq in seqs.Where(s => s > 0).Distinct().Order().Take(Most))
        {
            var left = (ulong)(seq - last);
            last = seq;
            for (; left >= 0x80; left >>= 7) bytes.Add((byte)(left | 0x80));
            bytes.Add((byte)left);
        }
        return bytes.Count == 0 ? null : Base64Url.EncodeToString([.. bytes]);
    }

    /// <returns>Nothing where it cannot be read.</returns>
    public static IReadOnlyList<long> Read(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > Most * 14 || !Base64Url.IsValid(text)) return [];
        List<long> seqs = [];
        var (last, distance, shift) = (0L, 0L, 0);
        foreach (var part in Base64Url.DecodeFromChars(text))
        {
            distance |= (long)(part & 0x7f) << shift;
            if ((part & 0x80) != 0)
            {
                if ((shift += 7) > 56) return [];
                continue;
            }
            last += distance;
            if (distance <= 0 || last <= 0 || seqs.Count == Most) return [];
            seqs.Add(last);
            (distance, shift) = (0, 0);
        }
        return shift == 0 ? seqs : [];
    }
}
