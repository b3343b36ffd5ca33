package pdf

import "samtjanst/renderer/markdown"

// FromMarkdown gives the blocks of a text in Markdown: what the decision editor and document templates produce.
func FromMarkdown(md string) []Block { return fromBlocks(markdown.Parse(md)) }

func fromBlocks(blocks []markdown.Block) []Block {
	var out []Block
	for _, b := range blocks {
		switch b := b.(type) {
		case *markdown.Heading:
			out = append(out, Heading{Level: b.Level, Text: fromInline(b.Text)})
		case *markdown.Paragraph:
			out = append(out, Paragraph{Text: fromInline(b.Text)})
		case *markdown.List:
			l := List{Ordered: b.Ordered, Start: b.Start}
			for _, item := range b.Items {
				l.Items = append(l.Items, fromBlocks(item))
			}
			out = append(out, l)
		case *markdown.Quote:
			out = append(out, Quote{Blocks: fromBlocks(b.Blocks)})
		case *markdown.Table:
			t := Table{}
			for _, h := range b.Header {
				t.Columns = append(t.Columns, Column{Header: fromInline(h)})
			}
			for _, row := range b.Rows {
				cells := make([]Inline, len(row))
				for i, c := range row {
					cells[i] = fromInline(c)
				}
				t.Rows = append(t.Rows, cells)
			}
			out = append(out, t)
		case *markdown.Code:
			out = append(out, Paragraph{Text: Text(b.Text)})
		case *markdown.Rule:
			out = append(out, Rule{})
		}
	}
	return out
}

func fromInline(in markdown.Inline) Inline {
	out := make(Inline, 0, len(in))
	for _, s := range in {
		out = append(out, Span{Text: s.Text, Bold: s.Bold, Italic: s.Italic, Link: s.Link})
	}
	return out
}
