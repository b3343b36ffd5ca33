package markdown

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// grammar is CommonMark with tables and strikethrough; goldmark's parser is safe for concurrent use.
var grammar = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()

// maxDepth bounds how deep lists and quotes may nest; deeper ones keep their text but lose their nesting.
const maxDepth = 16

// Parse reads Markdown. Every text is Markdown, so there are no errors.
func Parse(md string) []Block {
	src := source(md)
	p := &reading{src: src}
	return p.blocks(tree(src), 0)
}

// source removes what no reader is to see and what would make positions ambiguous: NUL becomes the replacement
// character, and invalid UTF-8 likewise.
func source(md string) []byte {
	md = strings.ToValidUTF8(md, "\uFFFD")
	return []byte(strings.ReplaceAll(md, "\x00", "\uFFFD"))
}

func tree(src []byte) ast.Node {
	return grammar.Parse(text.NewReader(src), parser.WithContext(parser.NewContext()))
}

type reading struct{ src []byte }

// blocks converts the children of a container.
func (p *reading) blocks(parent ast.Node, depth int) []Block {
	var out []Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			out = append(out, &Heading{Level: n.Level, Text: p.inline(n)})
		case *ast.Paragraph, *ast.TextBlock:
			if in := p.inline(n); len(in) > 0 {
				out = append(out, &Paragraph{Text: in})
			}
		case *ast.List:
			if depth >= maxDepth {
				for item := n.FirstChild(); item != nil; item = item.NextSibling() {
					out = append(out, p.flattened(item)...)
				}
				continue
			}
			list := &List{Ordered: n.IsOrdered(), Start: n.Start, Tight: n.IsTight}
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				list.Items = append(list.Items, p.blocks(item, depth+1))
			}
			out = append(out, list)
		case *ast.Blockquote:
			if depth >= maxDepth {
				out = append(out, p.flattened(n)...)
				continue
			}
			out = append(out, &Quote{Blocks: p.blocks(n, depth+1)})
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			out = append(out, &Code{Text: p.lines(n)})
		case *ast.HTMLBlock:
			// Shown as typed: an author sees that HTML does not work, and nothing that was written is lost.
			raw := p.lines(n)
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(p.src))
			}
			out = append(out, &Paragraph{Text: Inline{{Text: strings.TrimRight(raw, "\n")}}})
		case *ast.ThematicBreak:
			out = append(out, &Rule{})
		case *east.Table:
			out = append(out, p.table(n))
		}
	}
	return out
}

// flattened gives the text of a container too deep to nest, iteratively so that depth costs no stack.
func (p *reading) flattened(root ast.Node) []Block {
	var out []Block
	stack := []ast.Node{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n.Kind() == ast.KindParagraph || n.Kind() == ast.KindTextBlock || n.Kind() == ast.KindHeading {
			if in := p.inline(n); len(in) > 0 {
				out = append(out, &Paragraph{Text: in})
			}
			continue
		}
		if n.Type() == ast.TypeBlock && n.FirstChild() == nil {
			if s := strings.TrimSpace(p.lines(n)); s != "" {
				out = append(out, &Paragraph{Text: Inline{{Text: s}}})
			}
		}
		for c := n.LastChild(); c != nil; c = c.PreviousSibling() {
			stack = append(stack, c)
		}
	}
	return out
}

func (p *reading) table(n *east.Table) *Table {
	t := &Table{}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []Inline
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, p.inline(cell))
		}
		if row.Kind() == east.KindTableHeader {
			t.Header = cells
			continue
		}
		for len(cells) < len(t.Header) {
			cells = append(cells, nil)
		}
		t.Rows = append(t.Rows, cells[:len(t.Header)])
	}
	return t
}

func (p *reading) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(p.src))
	}
	return b.String()
}

// inline converts the text within a block.
func (p *reading) inline(parent ast.Node) Inline {
	var out Inline
	p.spans(parent, Span{}, &out, 0)
	return out
}

// spans appends the children of parent, each in the given style. Emphasis within emphasis beyond maxDepth adds nothing
// a reader could see, so its text is taken without going deeper.
func (p *reading) spans(parent ast.Node, style Span, out *Inline, depth int) {
	add := func(s Span, t string) {
		for i, line := range strings.Split(t, "\n") {
			if i > 0 { // as from a character reference (&#10;), which is how a value in a document breaks a line
				*out = append(*out, Span{Text: "\n"})
			}
			if line == "" {
				continue
			}
			s.Text = line
			if last := len(*out) - 1; last >= 0 && (*out)[last].Text != "\n" && (*out)[last].sameStyle(s) {
				(*out)[last].Text += line
				continue
			}
			*out = append(*out, s)
		}
	}
	if depth > 4*maxDepth {
		add(style, p.flatText(parent))
		return
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(p.src)
			if !n.IsRaw() {
				value = resolve(value)
			}
			add(style, string(value))
			switch {
			case n.HardLineBreak():
				add(Span{}, "\n")
			case n.SoftLineBreak():
				add(style, " ")
			}
		case *ast.String:
			add(style, string(n.Value))
		case *ast.CodeSpan:
			s := style
			s.Code = true
			add(s, strings.ReplaceAll(p.flatText(n), "\n", " "))
		case *ast.Emphasis:
			s := style
			if n.Level >= 2 {
				s.Bold = true
			} else {
				s.Italic = true
			}
			p.spans(n, s, out, depth+1)
		case *east.Strikethrough:
			s := style
			s.Struck = true
			p.spans(n, s, out, depth+1)
		case *ast.Link:
			s := style
			if target := destination(n.Destination); SafeURL(target) {
				s.Link = target
			}
			p.spans(n, s, out, depth+1)
		case *ast.AutoLink:
			s := style
			if target := autoTarget(n, p.src); SafeURL(target) {
				s.Link = target
			}
			add(s, string(n.Label(p.src)))
		case *ast.Image:
			p.spans(n, style, out, depth+1) // the children are the alternative text
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				seg := n.Segments.At(i)
				add(style, string(seg.Value(p.src)))
			}
		}
	}
}

func (s Span) sameStyle(t Span) bool {
	s.Text, t.Text = "", ""
	return s == t
}

// flatText is the raw text under n, gathered without recursion.
func (p *reading) flatText(n ast.Node) string {
	var b strings.Builder
	stack := []ast.Node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Segment.Value(p.src))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		}
		for c := n.LastChild(); c != nil; c = c.PreviousSibling() {
			stack = append(stack, c)
		}
	}
	return b.String()
}

// resolve removes backslash escapes and resolves character references, as HTML output would.
func resolve(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		switch {
		case raw[i] == '\\' && i+1 < len(raw) && util.IsPunct(raw[i+1]):
			out = append(out, raw[i+1])
			i += 2
		case raw[i] == '&':
			end := i + 1
			for end < len(raw) && end-i < 40 && (raw[end] == '#' || util.IsAlphaNumeric(raw[end])) {
				end++
			}
			if end < len(raw) && raw[end] == ';' {
				out = append(out, reference(raw[i:end+1])...)
				i = end + 1
				continue
			}
			out = append(out, raw[i])
			i++
		default:
			out = append(out, raw[i])
			i++
		}
	}
	return out
}

// reference resolves one character reference, or gives it back unchanged when it is none.
func reference(ref []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(ref))
}

func destination(raw []byte) string {
	return string(util.URLEscape(resolve(raw), false))
}

func autoTarget(n *ast.AutoLink, src []byte) string {
	target := string(n.URL(src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:") {
		target = "mailto:" + target
	}
	return target
}
