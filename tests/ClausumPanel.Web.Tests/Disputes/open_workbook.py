"""Opens a workbook as somebody else's program does and says what is in it, as JSON: per sheet its cells, each with its type. Fails where the file has what no evidence may have."""
import json
import sys
import warnings
import zipfile

warnings.simplefilter("error")          # what openpyxl would drop or mend is told as a warning
import openpyxl  # noqa: E402

with zipfile.ZipFile(sys.argv[1]) as parts:
    assert parts.testzip() is None
    for name in parts.namelist():
        assert not any(word in name.lower() for word in ("vba", "externallink", "connections", "activex", "embedding")), name
book = openpyxl.load_workbook(sys.argv[1], keep_vba=True, keep_links=True)
assert book.vba_archive is None or not [n for n in book.vba_archive.namelist() if "vba" in n.lower()]
assert not book._external_links
sheets = {}
for sheet in book.worksheets:
    cells = {}
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f", cell.coordinate
            assert cell.hyperlink is None, cell.coordinate
            if cell.value is not None:
                cells[cell.coordinate] = [cell.data_type, str(cell.value)]
    sheets[sheet.title] = {"cells": cells, "freeze": sheet.freeze_panes, "tables": list(sheet.tables), "paper": sheet.page_setup.paperSize, "titles": sheet.print_title_rows}
json.dump(sheets, sys.stdout)
