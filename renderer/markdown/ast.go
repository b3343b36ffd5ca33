// Package markdown turns the Markdown that authors write (help texts, decisions, letters) into a small tree of its own,
// and that tree into HTML or plain text. It is the only importer of goldmark.
//
// The tree is the contract: what it cannot say cannot come out. It has no raw HTML (such text is shown as it was
// typed), no images (their alternative text stands in their place, so nothing is fetched from outside) and only links
// whose scheme [SafeURL] allows (the text of others stays, without the link). Markup is CommonMark with tables and
// strikethrough.
//
// Every function is pure, and gives the same result for the same input.
package markdown

// Block is one of the blocks of a document: *Heading, *Paragraph, *List, *Quote, *Table, *Code or *Rule.
type Block interface{ block() }

// Heading is a heading of level 1 to 6, as the author wrote it.
type Heading struct {
	Level int
	Text  Inline
}

// Paragraph is a run of text.
type Paragraph struct{ Text Inline }

// List is a bulleted or numbered list; each item is a list of blocks.
type List struct {
	Ordered bool
	Start   int // number of the first item when Ordered
	Tight   bool
	Items   [][]Block
}

// Quote is a block quotation.
type Quote struct{ Blocks []Block }

// Table has one header row and rows that are as long as the header.
type Table struct {
	Header []Inline
	Rows   [][]Inline
}

// Code is preformatted text.
type Code struct{ Text string }

// Rule is a thematic break.
type Rule struct{}

func (*Heading) block()   {}
func (*Paragraph) block() {}
func (*List) block()      {}
func (*Quote) block()     {}
func (*Table) block()     {}
func (*Code) block()      {}
func (*Rule) block()      {}

// Inline is text within a block: spans in reading order.
type Inline []Span

// Span is text of one style. A forced line break is a span whose text is "\n".
type Span struct {
	Text                       string
	Bold, Italic, Code, Struck bool
	Link                       string // a safe URL, or empty
}

// String gives the text without style.
func (in Inline) String() string {
	n := 0
	for _, s := range in {
		n += len(s.Text)
	}
	b := make([]byte, 0, n)
	for _, s := range in {
		b = append(b, s.Text...)
	}
	return string(b)
}
