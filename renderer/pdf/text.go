package pdf

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"samtjanst/renderer/markdown"
)

// style is how a run of text is drawn.
type style struct {
	weight weight
	size   float64
	colour colour
}

// run is text of one style within a line.
type run struct {
	text  string
	style style
	width float64
	link  *link // nil when not part of a link
}

// link is one link of the document; it may be drawn as several runs, on several lines.
type link struct {
	url  string
	text string
	node *node
}

// line is runs set side by side. Every line but a block's last ends with a space, which separates its last word from
// the next line's first when the text is copied or read aloud.
type line struct {
	runs  []run
	width float64 // without the space at the end
	size  float64 // largest size, which decides the height
}

// word is what cannot be parted: one or more runs, and whether a space or a line break follows.
type word struct {
	runs  []run
	width float64
	after byte // ' ', '\n' or 0 (a break is possible but nothing is shown, as after a hyphen)
}

const leading = 1.42 // line height by size

// typesetter sets inline text into lines with one set of fonts.
type typesetter struct{ fonts *fontSet }

// lines sets text within a width. parent is the structure element that links become children of. There is always at
// least one line.
func (ts typesetter) lines(in Inline, base style, width float64, parent *node) []line {
	words := ts.words(in, base, parent)
	var out []line
	cur := line{size: base.size}
	gap := func(w word) float64 { return ts.fonts[w.runs[0].style.weight].width(" ", w.runs[0].style.size) }
	var prev *word
	flush := func(space bool) {
		if space && len(cur.runs) > 0 {
			cur.runs[len(cur.runs)-1].text += " "
		}
		out = append(out, cur)
		cur, prev = line{size: base.size}, nil
	}
	for i := range words {
		w := &words[i]
		if len(w.runs) > 0 {
			space := 0.0
			if prev != nil && prev.after == ' ' {
				space = gap(*w)
			}
			if prev != nil && cur.width+space+w.width > width {
				flush(true)
				space = 0
			}
			for w.width > width {
				head, tail, ok := ts.split(*w, width)
				if !ok {
					break
				}
				cur.add(head, false)
				flush(false)
				*w = tail
			}
			if space > 0 {
				cur.width += space
			}
			cur.add(*w, space > 0)
			prev = w
		}
		if w.after == '\n' {
			flush(true)
		}
	}
	if len(cur.runs) > 0 || len(out) == 0 {
		out = append(out, cur)
	}
	return ts.measured(out)
}

// add appends a word, joining runs of one style; the space before it belongs to the run it can join, else to the one
// before unless that is a link (whose underline would run on).
func (l *line) add(w word, space bool) {
	for i, r := range w.runs {
		last := len(l.runs) - 1
		if i == 0 && space && last >= 0 {
			prev := &l.runs[last]
			switch {
			case prev.style == r.style && prev.link == r.link, prev.link == nil:
				prev.text += " "
			default:
				r.text = " " + r.text
				if r.link != nil { // two links side by side: the space is nobody's
					r.text = r.text[1:]
					l.runs = append(l.runs, run{text: " ", style: r.style})
				}
			}
			last = len(l.runs) - 1
		}
		if last >= 0 && l.runs[last].style == r.style && l.runs[last].link == r.link {
			l.runs[last].text += r.text
		} else {
			l.runs = append(l.runs, r)
		}
		l.size = max(l.size, r.style.size)
	}
	l.width += w.width
}

// measured gives each run its final width, and each line its own.
func (ts typesetter) measured(lines []line) []line {
	for i := range lines {
		l := &lines[i]
		l.width = 0
		for j := range l.runs {
			r := &l.runs[j]
			r.width = ts.fonts[r.style.weight].width(r.text, r.style.size)
			l.width += r.width
		}
		if n := len(l.runs); n > 0 && strings.HasSuffix(l.runs[n-1].text, " ") {
			r := l.runs[n-1]
			l.width -= ts.fonts[r.style.weight].width(" ", r.style.size)
		}
	}
	return lines
}

// words parts text at spaces, line breaks and hyphens.
func (ts typesetter) words(in Inline, base style, parent *node) []word {
	var out []word
	var cur word
	end := func(after byte) {
		if len(cur.runs) > 0 || after == '\n' {
			cur.after = after
			out = append(out, cur)
			cur = word{}
			return
		}
		if n := len(out); after == ' ' && n > 0 && out[n-1].after == 0 {
			out[n-1].after = ' '
		}
	}
	var open *link
	for _, s := range in {
		st := base
		if s.Bold {
			st.weight |= bold
		}
		if s.Italic {
			st.weight |= italic
		}
		if s.small {
			st.size, st.colour = smallSize, faint
		}
		if url, ok := target(s.Link); !ok {
			open = nil
		} else {
			if open == nil || open.url != url {
				open = &link{url: url, node: parent.link()}
			}
			open.text += clean(s.Text)
			st.colour = linkColour(base.colour)
		}
		piece := func(t string) {
			if t != "" {
				w := ts.fonts[st.weight].width(t, st.size)
				cur.runs = append(cur.runs, run{text: t, style: st, width: w, link: open})
				cur.width += w
			}
		}
		text := clean(s.Text)
		start := 0
		for i := 0; i < len(text); i++ {
			switch text[i] {
			case ' ', '\n':
				piece(text[start:i])
				end(text[i])
				start = i + 1
			case '-', '/':
				// A line may break after a hyphen between letters ("barn-och"), never within "2026-08-11" or "2026/27".
				if i > start && i+1 < len(text) && letter(text[i-1]) && letter(text[i+1]) {
					piece(text[start : i+1])
					end(0)
					start = i + 1
				}
			}
		}
		piece(text[start:])
	}
	end(0)
	return out
}

// letter reports whether a byte is a letter, or part of one outside ASCII.
func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// maxURL bounds a link's address, well below what a PDF string may hold.
const maxURL = 2000

// target gives a link's address as a file that is read anywhere can hold it: absolute, safe and in ASCII.
func target(raw string) (string, bool) {
	if len(raw) > maxURL || !markdown.SafeURL(raw) {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return "", false
	}
	if u.Host != "" {
		if host, err := idna.Lookup.ToASCII(u.Hostname()); err == nil {
			u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
		} else if !plain(u.Host) {
			return "", false
		}
	}
	s := u.String()
	return s, plain(s) && len(s) <= maxURL
}

// split parts a word that is wider than a line, after as many characters as fit (at least one). ok is false when it is
// a single character.
func (ts typesetter) split(w word, width float64) (head, tail word, ok bool) {
	room := width
	for i, r := range w.runs {
		if r.width <= room && i < len(w.runs)-1 {
			room -= r.width
			head.runs = append(head.runs, r)
			head.width += r.width
			continue
		}
		f := ts.fonts[r.style.weight]
		cut, used := 0, 0.0
		for j, c := range r.text {
			adv := float64(f.glyph(c).advance) * r.style.size / 1000
			if used+adv > room && (j > 0 || len(head.runs) > 0) {
				break
			}
			used += adv
			cut = j + utf8.RuneLen(c)
		}
		if cut > 0 {
			first := r
			first.text, first.width = r.text[:cut], f.width(r.text[:cut], r.style.size)
			head.runs = append(head.runs, first)
			head.width += first.width
		}
		tail.after = w.after
		if cut < len(r.text) {
			rest := r
			rest.text, rest.width = r.text[cut:], f.width(r.text[cut:], r.style.size)
			tail.runs = append(tail.runs, rest)
			tail.width += rest.width
		}
		for _, more := range w.runs[i+1:] {
			tail.runs = append(tail.runs, more)
			tail.width += more.width
		}
		break
	}
	return head, tail, len(head.runs) > 0 && len(tail.runs) > 0
}

// natural is the width of text on one line, and narrow that of its widest word: what a table column would like and what
// it needs.
func (ts typesetter) natural(in Inline, base style) (natural, narrow float64) {
	space := ts.fonts[base.weight].width(" ", base.size)
	cur := 0.0
	for _, w := range ts.words(in, base, nil) {
		narrow = max(narrow, w.width)
		cur += w.width
		natural = max(natural, cur)
		switch w.after {
		case ' ':
			cur += space
		case '\n':
			cur = 0
		}
	}
	return natural, narrow
}
