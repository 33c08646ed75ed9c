#!/usr/bin/env python3
"""Writes the Unicode tables of Inkstone.Tokenizers from Debian's unicode-data 15.0: make-unicode-tables.py [/usr/share/unicode]"""
import os
import sys

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/Inkstone.Tokenizers/Unicode")
LIMIT, BLOCK = 0x110000, 128
# The order of System.Globalization.UnicodeCategory.
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn".split()
# The flags of QuickCheck.
QUICK = {("NFD_QC", "N"): 1, ("NFKD_QC", "N"): 2, ("NFC_QC", "N"): 4, ("NFC_QC", "M"): 8, ("NFKC_QC", "N"): 16, ("NFKC_QC", "M"): 32}
# The orders of WordBreak and of GraphemeBreak.
WORD_BREAKS = ("Other CR LF Newline Extend Format ZWJ Regional_Indicator Katakana Hebrew_Letter ALetter "
               "Single_Quote Double_Quote MidNumLet MidLetter MidNum Numeric ExtendNumLet WSegSpace")
GRAPHEME_BREAKS = "Other CR LF Control Extend ZWJ Regional_Indicator Prepend SpacingMark L V T LV LVT"


def fields(name, folder=SOURCE):
    with open(os.path.join(folder, name), encoding="utf-8") as lines:
        for line in lines:
            parts = [part.strip() for part in line.split("#")[0].split(";")]
            if parts[0]:
                yield parts


def code_points(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


category, combining, lower, upper = [CATEGORIES.index("Cn")] * LIMIT, [0] * LIMIT, {}, {}
canonical, compatible, composed = {}, {}, {}
begin = None
for row in fields("UnicodeData.txt"):
    code = int(row[0], 16)
    begin = code if not row[1].endswith("Last>") else begin
    for point in range(begin, code + 1):
        category[point], combining[point] = CATEGORIES.index(row[2]), int(row[3])
    if row[5]:
        parts = row[5].split()
        if parts[0].startswith("<"):
            compatible[code] = [int(part, 16) for part in parts[1:]]
        else:
            canonical[code] = [int(part, 16) for part in parts]
    if row[12]:
        upper[code] = int(row[12], 16)
    if row[13]:
        lower[code] = int(row[13], 16)

quick, white, age = [0] * LIMIT, [0] * LIMIT, [0] * LIMIT
excluded = set()
for row in fields("DerivedNormalizationProps.txt"):
    for point in code_points(row[0]):
        if row[1] == "Full_Composition_Exclusion":
            excluded.add(point)
        elif len(row) > 2 and (row[1], row[2]) in QUICK and not 0xAC00 <= point <= 0xD7A3:
            quick[point] |= QUICK[row[1], row[2]]
for row in fields("PropList.txt"):
    if row[1] == "White_Space":
        for point in code_points(row[0]):
            white[point] = 1
for row in fields("DerivedAge.txt"):
    for point in code_points(row[0]):
        major, minor = row[1].split(".")
        age[point] = int(major) * 10 + int(minor)
# What 15.1 and 16.0 assigned, which the pattern engines of Hugging Face and of tiktoken know (tests/oracles/younger-code-points.js asks them).
younger = list(fields("younger-code-points.txt", os.path.dirname(os.path.abspath(__file__))))
for row in younger:
    for point in code_points(row[0]):
        category[point], age[point] = CATEGORIES.index(row[1]), int(row[4])
for code, parts in canonical.items():
    if len(parts) == 2 and code not in excluded:
        composed[parts[0] << 21 | parts[1]] = code


# Cases that Unicode 16 and 17 added and Rust's to_lowercase has: measured in npm tokenizers 0.23.2, which lower-cases by them.
for first, last, step in ((0x1C89, 0x1C89, 1), (0xA7CC, 0xA7CC, 1), (0xA7CE, 0xA7CE, 1), (0xA7D2, 0xA7D2, 1), (0xA7D4, 0xA7D4, 1), (0xA7DA, 0xA7DA, 1),
                          (0x10D50, 0x10D65, 32), (0x16EA0, 0x16EB8, 27)):
    lower.update((code, code + step) for code in range(first, last + 1))
lower.update({0xA7CB: 0x264, 0xA7DC: 0x19B})


def expand(code, also_compatible):
    parts = canonical.get(code) or (also_compatible and compatible.get(code))
    return [leaf for part in parts for leaf in expand(part, also_compatible)] if parts else [code]


def two_stage(values):
    seen, index, blocks = {}, [], []
    for start in range(0, LIMIT, BLOCK):
        block = tuple(values[start:start + BLOCK])
        if block not in seen:
            seen[block] = len(seen)
            blocks += block
        index.append(seen[block])
    return index, blocks


def span(summary, name, values):
    width = next(name for name, limit in (("byte", 1 << 8), ("ushort", 1 << 16), ("uint", 1 << 32), ("ulong", 1 << 64)) if max(values) < limit)
    lines, line = [], ""
    for value in values:
        item = f"{value},"
        if len(line) + len(item) > 148:
            lines.append(line)
            line = ""
        line += item
    body = "\n".join("        " + line for line in lines + [line])
    return f"    /// <summary>{summary}</summary>\n    public static ReadOnlySpan<{width}> {name} =>\n    [\n{body}\n    ];\n"


def texts(summary, name, values):
    lines, line = [], ""
    for value in values:
        item = f'"{value}", '
        if len(line) + len(item) > 140:
            lines.append(line.rstrip())
            line = ""
        line += item
    body = "\n".join("        " + line for line in lines + [line.rstrip()])
    return f"    /// <summary>{summary}</summary>\n    public static readonly string[] {name} =\n    [\n{body}\n    ];\n"


def write(name, summary, spans, strings=()):
    with open(os.path.join(TARGET, name + ".g.cs"), "w", encoding="utf-8", newline="\n") as out:
        out.write("// <auto-generated>Made by tools/make-unicode-tables.py from Unicode 15.0.0; do not edit.</auto-generated>\n")
        out.write(f"namespace Inkstone.Tokenizers;\n\n/// <summary>{summary}</summary>\ninternal static class {name}\n{{\n")
        out.write("\n".join([span(*item) for item in spans] + [texts(*item) for item in strings]) + "}\n")


rows = list(zip(category, combining, quick, white, age))
records = sorted(set(rows))
number = {row: i for i, row in enumerate(records)}
index, blocks = two_stage([number[row] for row in rows])
write("PropertyTables", "A record of properties for each code point: one look-up by block and place, then one array for each property.", [
    ("The block of each 128 code points.", "BlockOf", index),
    ("The record of each code point of each block.", "Blocks", blocks),
    *[(text, name, [row[i] for row in records]) for i, (name, text) in enumerate([
        ("Category", "General category, numbered as System.Globalization.UnicodeCategory."),
        ("CombiningClass", "Canonical combining class."),
        ("QuickCheck", "Flags of <see cref=\"Inkstone.Tokenizers.QuickCheck\"/>."),
        ("WhiteSpace", "1 where the property White_Space holds."),
        ("Age", "The version that assigned it, times ten; 0 where none has.")])]])

pool, entries, of_code = bytearray(), [(0, 0, 0, 0)], [0] * LIMIT
known = {}
for code in sorted(set(canonical) | set(compatible)):
    entry = ()
    for also_compatible in (False, True):
        text = b"".join(chr(point).encode() for point in expand(code, also_compatible)) if also_compatible or code in canonical else b""
        if text not in known:
            known[text] = pool.find(text) if text in pool else len(pool)
            if known[text] == len(pool):
                pool += text
        entry += (known[text] if text else 0, len(text))
    of_code[code] = len(entries)
    entries.append(entry)
index, blocks = two_stage(of_code)
pairs = sorted(composed)
write("DecompositionTables", "Full decompositions, as UTF-8 in one pool, and the pairs that compose.", [
    ("The block of each 128 code points.", "BlockOf", index),
    ("The entry of each code point of each block; 0 where it does not decompose.", "Blocks", blocks),
    ("Where an entry's canonical decomposition begins in the pool.", "CanonicalStart", [e[0] for e in entries]),
    ("Its length in bytes; 0 where there is none.", "CanonicalLength", [e[1] for e in entries]),
    ("Where an entry's compatibility decomposition begins in the pool.", "CompatibilityStart", [e[2] for e in entries]),
    ("Its length in bytes.", "CompatibilityLength", [e[3] for e in entries]),
    ("The decompositions.", "Pool", list(pool)),
    ("Pairs that compose, ascending: the first code point times 2^21 plus the second.", "Pairs", pairs),
    ("What each pair composes to.", "Composites", [composed[pair] for pair in pairs])])

for letter_case, mapping, of in (("Lower", lower, "lower-case"), ("Upper", upper, "upper-case")):
    mapped = [mapping.get(code, code) - code for code in range(LIMIT)]
    deltas = sorted(set(mapped), key=lambda delta: (delta != 0, delta))
    place = {delta: i for i, delta in enumerate(deltas)}
    index, blocks = two_stage([place[delta] for delta in mapped])
    write(letter_case + "CaseTables", f"Simple {of} mappings: what to add to each code point.", [
        ("The block of each 128 code points.", "BlockOf", index),
        ("The place in Deltas of each code point of each block.", "Blocks", blocks),
        ("What to add, modulo 2^32.", "Deltas", [delta % (1 << 32) for delta in deltas])])

folded = {int(row[0], 16): int(row[2], 16) for row in fields("CaseFolding.txt") if row[1] in "CS"}
several = {int(row[0], 16): "".join(f"\\u{int(code, 16):04X}" for code in row[2].split()) for row in fields("CaseFolding.txt") if row[1] == "F"}
write("CaseFoldingTables", "Simple case foldings (CaseFolding.txt, C and S), for patterns that ignore case.", [
    ("The code points that fold, ascending.", "From", sorted(folded)),
    ("What each folds to.", "To", [folded[code] for code in sorted(folded)]),
    ("The code points that fold to several (F), ascending.", "SeveralFrom", sorted(several))], [
    ("What each of those folds to.", "SeveralTo", [several[code] for code in sorted(several)])])

word_breaks = WORD_BREAKS.split()
grapheme_breaks = GRAPHEME_BREAKS.split()
word, grapheme, pictographic, alphabetic = [0] * LIMIT, [0] * LIMIT, [0] * LIMIT, [0] * LIMIT
for file, names, values in (("auxiliary/WordBreakProperty.txt", word_breaks, word), ("auxiliary/GraphemeBreakProperty.txt", grapheme_breaks, grapheme)):
    for row in fields(file):
        for point in code_points(row[0]):
            values[point] = names.index(row[1])
for file, name, values in (("emoji/emoji-data.txt", "Extended_Pictographic", pictographic), ("DerivedCoreProperties.txt", "Alphabetic", alphabetic)):
    for row in fields(file):
        if row[1] == name:
            for point in code_points(row[0]):
                values[point] = 1
for row in younger:
    for point in code_points(row[0]):
        alphabetic[point] = int(row[3])
for first, last in ((0x363, 0x36F), (0x1DD3, 0x1DE6)):  # combining letters, since 16.0
    alphabetic[first:last + 1] = [1] * (last + 1 - first)
rows = list(zip(word, grapheme, pictographic, alphabetic))
records = sorted(set(rows))
number = {row: i for i, row in enumerate(records)}
index, blocks = two_stage([number[row] for row in rows])
write("BoundaryTables", "A record of properties for each code point that boundaries of words and of graphemes are found by.", [
    ("The block of each 128 code points.", "BlockOf", index),
    ("The record of each code point of each block.", "Blocks", blocks),
    *[(text, name, [row[i] for row in records]) for i, (name, text) in enumerate([
        ("Word", "Word_Break, numbered as <see cref=\"WordBreak\"/>."),
        ("Grapheme", "Grapheme_Cluster_Break, numbered as <see cref=\"GraphemeBreak\"/>."),
        ("Pictographic", "1 where the property Extended_Pictographic holds."),
        ("Alphabetic", "1 where the property Alphabetic holds.")])]])

short = {row[2]: row[1] for row in fields("PropertyValueAliases.txt") if row[0] == "sc"}
short.update({"Todhri": "Todr", "Garay": "Gara", "Tulu_Tigalari": "Tutg", "Sunuwar": "Sunu", "Gurung_Khema": "Gukh", "Kirat_Rai": "Krai", "Ol_Onal": "Onao"})
scripts, script = ["Unknown"], [0] * LIMIT
for code, name in [row[:2] for row in fields("Scripts.txt")] + [[row[0], row[2]] for row in younger]:
    if name not in scripts:
        scripts.append(name)
    for point in code_points(code):
        script[point] = scripts.index(name)
index, blocks = two_stage(script)
write("ScriptTables", "The script of each code point; <see cref=\"Names\"/> numbers them.", [
    ("The block of each 128 code points.", "BlockOf", index),
    ("The script of each code point of each block.", "Blocks", blocks)], [
    ("Names of scripts; Unknown is 0.", "Names", scripts),
    ("Their codes of four letters (ISO 15924).", "Codes", [short[name] for name in scripts])])
