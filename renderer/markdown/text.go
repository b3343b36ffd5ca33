package markdown

import (
	"strconv"
	"strings"
)

// Text gives the readable text without markup: blocks parted by blank lines, list items with their bullet or number,
// table cells by tabs. A link's address follows its text in angle brackets when the text does not say it, so that a
// mail in plain text can be followed.
func Text(md string) string {
	return strings.TrimRight(textOf(Parse(md), "\n\n"), "\n")
}

func textOf(blocks []Block, between string) string {
	var parts []string
	for _, b := range blocks {
		switch b := b.(type) {
		case *Heading:
			parts = append(parts, inlineText(b.Text))
		case *Paragraph:
			parts = append(parts, inlineText(b.Text))
		case *Code:
			parts = append(parts, strings.TrimRight(b.Text, "\n"))
		case *Rule:
			parts = append(parts, "---")
		case *Quote:
			parts = append(parts, indent(textOf(b.Blocks, "\n\n"), "> ", "> "))
		case *List:
			var items []string
			gap := "\n\n"
			if b.Tight {
				gap = "\n"
			}
			for i, item := range b.Items {
				mark := "- "
				if b.Ordered {
					mark = strconv.Itoa(b.Start+i) + ". "
				}
				items = append(items, indent(textOf(item, gap), mark, strings.Repeat(" ", len(mark))))
			}
			parts = append(parts, strings.Join(items, gap))
		case *Table:
			rows := []string{rowText(b.Header)}
			for _, row := range b.Rows {
				rows = append(rows, rowText(row))
			}
			parts = append(parts, strings.Join(rows, "\n"))
		}
	}
	return strings.Join(parts, between)
}

func rowText(cells []Inline) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = inlineText(c)
	}
	return strings.Join(texts, "\t")
}

func inlineText(in Inline) string {
	var b strings.Builder
	for i := 0; i < len(in); {
		end, link := i, in[i].Link
		start := b.Len()
		for end < len(in) && in[end].Link == link {
			b.WriteString(in[end].Text)
			end++
		}
		if link != "" {
			shown := b.String()[start:]
			bare := strings.TrimPrefix(strings.TrimPrefix(link, "mailto:"), "tel:")
			if shown != link && shown != bare {
				b.WriteString(" <" + link + ">")
			}
		}
		i = end
	}
	return b.String()
}

func indent(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines[1:] {
		if line != "" {
			lines[i+1] = rest + line
		}
	}
	return first + strings.Join(lines, "\n")
}
