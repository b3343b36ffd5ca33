// Package pdf sets documents (receipts, decisions, letters, whole cases) as PDF files that can be archived, read aloud
// and checked: PDF/A-3 with a full structure tree, embedded fonts, bookmarks and attached files.
//
// A [Doc] is content without layout: a title, a sender, blocks, attachments. [Render] and [Write] set it on A4 with the
// municipality's logo and colour. [Extract] reads the attachments back. The structure tree follows the blocks one to
// one: H1–H6, P, L with LI, Lbl and LBody, Table with THead, TBody, TR, TH (with scope) and TD, Link. What repeats or
// only decorates (page header and footer, rules, repeated table headers) is marked as an artifact, so a screen reader
// says everything once.
//
// Invariants: the same Doc gives the same bytes (dates come from the caller, never from a clock). Every glyph is from
// an embedded font; a character the fonts lack is drawn as a box and keeps its text for search, copying and reading
// aloud. No text, however odd, makes rendering fail.
//
// Files have a classic cross-reference table, so that a signature (PAdES) can be appended as an incremental update.
//
// The parts of github.com/carlos7ags/folio used are the object writer, the font subsetter and the SVG and PNG readers.
// Layout and structure are our own: folio's numbers marked content across pages and cannot give table cells,
// artifacts, a language or Unicode metadata. So is reading: folio's reader repairs by guessing, and can be made to
// hang.
package pdf

import "time"

// Doc is a document to set. Title is required; the zero value of everything else leaves that part out.
type Doc struct {
	Title     string    // the file's title; shown as the top heading unless Blocks start with a heading of level 1
	Lang      string    // BCP 47, of the text; "sv" when empty
	Author    string    // the municipality or authority that sends the document, shown in the header
	Reference string    // shown in the header and the footer of each page, for example "Dnr 2026-17"
	Created   time.Time // date in the header and in the metadata, in its own time zone; zero leaves both out
	Address   []string  // lines of a recipient's address, placed for a window envelope (C5, window to the right)
	Logo      Logo
	Theme     Theme
	Words     Words
	Blocks    []Block

	Attachments []Attachment
}

// Logo is the sender's mark, at the top of the first page.
type Logo struct {
	Data []byte // PNG or SVG; SVG text, images and style sheets are not drawn, <use> is refused
	Alt  string // what a screen reader says; the author's name when empty
}

// Theme is how a municipality's documents differ from another's.
type Theme struct {
	// Colour of headings, links and rules as "#rrggbb". It is darkened until it has a contrast of 4.5:1 against white
	// (WCAG 1.4.3). A dark blue when empty.
	Colour string
}

// Words are the few words that the layout itself needs. Empty ones are Swedish.
type Words struct {
	Page       string // "Sida {page} av {pages}"
	SignedBy   string // column heading of a [SignatureList]: "Namn"
	SignedAs   string // "Roll"
	SignedHow  string // "Underskrift"
	SignedNone string // "Ingen ska skriva under": shown in place of an empty list
}

func (w Words) orSwedish() Words {
	def := func(s *string, swedish string) {
		if *s == "" {
			*s = swedish
		}
	}
	def(&w.Page, "Sida {page} av {pages}")
	def(&w.SignedBy, "Namn")
	def(&w.SignedAs, "Roll")
	def(&w.SignedHow, "Underskrift")
	def(&w.SignedNone, "Ingen ska skriva under.")
	return w
}

// Block is a piece of content: Heading, Paragraph, List, Table, KeyValue, SignatureList, Note, Quote, Rule or
// PageBreak.
type Block interface{ block() }

// Heading is a heading of level 1 to 6. A level that skips one (a 4 after a 2) is raised, since the structure of the
// file must have no gaps; each becomes a bookmark.
type Heading struct {
	Level int
	Text  Inline
}

// Paragraph is running text.
type Paragraph struct{ Text Inline }

// List is a bulleted or, when Ordered, a numbered list.
type List struct {
	Ordered bool
	Start   int // number of the first item
	Items   [][]Block
}

// Table is a table with a header row that is repeated on each page. Rows shorter than Columns are filled, longer ones
// cut.
type Table struct {
	Columns   []Column
	Rows      [][]Inline
	RowHeader bool // the first cell of each row is its header
}

// Column is a column of a Table.
type Column struct {
	Header Inline
	Width  float64 // share of the table's width; when no column has one, widths follow the content
	Right  bool    // right-aligned, for numbers
}

// KeyValue shows questions with their answers.
type KeyValue []Pair

// Pair is a question and its answer; an empty answer is shown as a dash.
type Pair struct{ Key, Value Inline }

// SignatureList shows who has signed and who has not.
type SignatureList []Signature

// Signature is one signatory's line. State is the text shown ("Undertecknad 2026-03-02 14:05 med BankID", "Väntar");
// Detail is shown small under it (certificate, transaction number).
type Signature struct{ Name, Role, State, Detail string }

// Note is a box that stands out from the text.
type Note struct {
	Title  string
	Blocks []Block
}

// Quote is text by somebody else, indented.
type Quote struct{ Blocks []Block }

// Rule is a thin line between parts.
type Rule struct{}

// PageBreak starts a new page.
type PageBreak struct{}

func (Heading) block()       {}
func (Paragraph) block()     {}
func (List) block()          {}
func (Table) block()         {}
func (KeyValue) block()      {}
func (SignatureList) block() {}
func (Note) block()          {}
func (Quote) block()         {}
func (Rule) block()          {}
func (PageBreak) block()     {}

// Inline is text in one or more styles. "\n" in a span's text is a line break.
type Inline []Span

// Span is text in one style.
type Span struct {
	Text         string
	Bold, Italic bool
	Link         string // absolute URL (http, https, mailto, tel); others are shown as text only

	small bool // a detail under the text
}

// Text is an Inline of one plain span.
func Text(s string) Inline { return Inline{{Text: s}} }

// Bold is an Inline of one bold span.
func Bold(s string) Inline { return Inline{{Text: s, Bold: true}} }

// String is the text without style.
func (in Inline) String() string {
	var b []byte
	for _, s := range in {
		b = append(b, s.Text...)
	}
	return string(b)
}

func (in Inline) bold() Inline {
	out := make(Inline, len(in))
	for i, s := range in {
		s.Bold = true
		out[i] = s
	}
	return out
}
