using System.Globalization;
using System.Text;
using QRCoder;

namespace ClausumPanel.Web.Plumbing;

/// <summary>A QR code as one SVG path, drawn in the page itself: nothing to fetch, no inline style, no secret in an address.</summary>
public sealed record QrPicture(int Size, string Path)
{
    public static QrPicture Of(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var (rows, path) = (data.ModuleMatrix, new StringBuilder());
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Count; x++)
                if (rows[y][x]) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
        return new(rows.Count, path.ToString());
    }
}
