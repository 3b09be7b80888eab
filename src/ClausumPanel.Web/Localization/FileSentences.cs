using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>How files speak to people: what is taken, and why one is not.</summary>
public static class FileSentences
{
    public static string Name(this Texts T, FileKind kind) => kind switch
    {
        FileKind.Pdf => "PDF",
        FileKind.Png => "PNG",
        FileKind.Jpeg => "JPEG",
        FileKind.Webp => "WebP",
        FileKind.Text => T["plain text"],
    };

    /// <summary>"PDF, PNG; at most 10.0 MB each and 30 together".</summary>
    public static string Say(this Texts T, FileRoom room) => T["{0}; at most {1} each, and {2} files", T.Kinds(room), T.Bytes(room.MostBytes), room.Files];

    public static string Say(this Texts T, FileProblem problem, FileRoom room) => problem switch
    {
        FileProblem.None => "",
        FileProblem.Empty => T["Choose a file that is not empty."],
        FileProblem.TooLarge => T["The file is larger than {0}.", T.Bytes(room.MostBytes)],
        FileProblem.Nameless => T["The file needs a name with an ending."],
        FileProblem.WrongKind => T["The file is of a kind that is not taken here: {0}.", T.Kinds(room)],
        FileProblem.Misnamed => T["The file is not what the ending of its name says."],
        FileProblem.TooMany => T["There are {0} files already, and no more are taken.", room.Files],
    };

    extension(FileProblem problem)
    {
        /// <summary>What a page answers with it.</summary>
        public int Status => problem switch
        {
            FileProblem.TooLarge => StatusCodes.Status413PayloadTooLarge,
            FileProblem.WrongKind or FileProblem.Misnamed => StatusCodes.Status415UnsupportedMediaType,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
    }

    private static string Kinds(this Texts T, FileRoom room) => string.Join(", ", room.Kinds.Select(T.Name));
}
