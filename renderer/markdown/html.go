package markdown

import (
	"html/template"
	"strconv"
	"strings"
)

// Option changes how [HTML] renders.
type Option func(*options)

type options struct{ top int }

// WithTopHeading makes the author's level 1 headings level n (1 to 6), and shifts the others with them, so that a text
// fits into the outline of the page it stands on. Levels stop at 6.
func WithTopHeading(n int) Option {
	return func(o *options) { o.top = min(max(n, 1), 6) }
}

// HTML renders Markdown. The result has no attributes but href, rel and start, and no elements but those of the tree,
// so it needs no sanitiser. Links that leave the site carry rel="external noopener noreferrer".
func HTML(md string, opts ...Option) template.HTML {
	o := options{top: 1}
	for _, opt := range opts {
		opt(&o)
	}
	w := &writer{options: o}
	w.blocks(Parse(md), false)
	return template.HTML(w.String()) // #nosec: every text below goes through template.HTMLEscapeString
}

type writer struct {
	strings.Builder
	options
}

func (w *writer) blocks(blocks []Block, tight bool) {
	for _, b := range blocks {
		switch b := b.(type) {
		case *Heading:
			tag := "h" + strconv.Itoa(min(b.Level+w.top-1, 6))
			w.element(tag, b.Text)
		case *Paragraph:
			if tight {
				w.inline(b.Text)
				continue
			}
			w.element("p", b.Text)
		case *List:
			w.list(b)
		case *Quote:
			w.WriteString("<blockquote>\n")
			w.blocks(b.Blocks, false)
			w.WriteString("</blockquote>\n")
		case *Table:
			w.table(b)
		case *Code:
			w.WriteString("<pre><code>" + template.HTMLEscapeString(b.Text) + "</code></pre>\n")
		case *Rule:
			w.WriteString("<hr>\n")
		}
	}
}

func (w *writer) element(tag string, in Inline) {
	w.WriteString("<" + tag + ">")
	w.inline(in)
	w.WriteString("</" + tag + ">\n")
}

func (w *writer) list(l *List) {
	open, end := "<ul>\n", "</ul>\n"
	if l.Ordered {
		open, end = "<ol>\n", "</ol>\n"
		if l.Start != 1 {
			open = `<ol start="` + strconv.Itoa(l.Start) + "\">\n"
		}
	}
	w.WriteString(open)
	for _, item := range l.Items {
		w.WriteString("<li>")
		w.blocks(item, l.Tight)
		w.WriteString("</li>\n")
	}
	w.WriteString(end)
}

func (w *writer) table(t *Table) {
	w.WriteString("<table>\n<thead>\n<tr>")
	for _, cell := range t.Header {
		w.WriteString(`<th scope="col">`)
		w.inline(cell)
		w.WriteString("</th>")
	}
	w.WriteString("</tr>\n</thead>\n<tbody>\n")
	for _, row := range t.Rows {
		w.WriteString("<tr>")
		for _, cell := range row {
			w.WriteString("<td>")
			w.inline(cell)
			w.WriteString("</td>")
		}
		w.WriteString("</tr>\n")
	}
	w.WriteString("</tbody>\n</table>\n")
}

// inline writes spans; consecutive spans of one link become one link.
func (w *writer) inline(in Inline) {
	for i := 0; i < len(in); {
		link := in[i].Link
		end := i + 1
		for end < len(in) && in[end].Link == link {
			end++
		}
		if link != "" {
			w.WriteString(`<a href="` + template.HTMLEscapeString(link) + `"`)
			if external(link) {
				w.WriteString(` rel="external noopener noreferrer"`)
			}
			w.WriteString(">")
		}
		for _, s := range in[i:end] {
			w.span(s)
		}
		if link != "" {
			w.WriteString("</a>")
		}
		i = end
	}
}

func (w *writer) span(s Span) {
	if s.Text == "\n" {
		w.WriteString("<br>\n")
		return
	}
	styles := []struct {
		on  bool
		tag string
	}{{s.Bold, "strong"}, {s.Italic, "em"}, {s.Struck, "s"}, {s.Code, "code"}}
	for _, st := range styles {
		if st.on {
			w.WriteString("<" + st.tag + ">")
		}
	}
	w.WriteString(template.HTMLEscapeString(s.Text))
	for i := len(styles) - 1; i >= 0; i-- {
		if styles[i].on {
			w.WriteString("</" + styles[i].tag + ">")
		}
	}
}
