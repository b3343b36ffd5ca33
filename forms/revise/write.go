package revise

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// written is a value as text: what stands on the line of its key or dash, and the lines below it with their indentation.
type written struct {
	inline string
	body   []string
}

// step of indentation of what is new.
const indentation = 2

// widest is how long a list or object may be on one line.
const widest = 100

// write makes the text of a value. indent is the column of its lines below; in a flow there are none. like is what stood there.
func (f *file) write(v any, indent int, flow bool, like []byte) written {
	if s, ok := v.(string); ok && !flow && !f.careful {
		if w, ok := block(s, indent, like); ok {
			return w
		}
	}
	line := f.flow(v, like, !flow)
	if flow || f.careful || scalar(v) {
		return written{inline: line}
	}
	if utf8.RuneCountInString(line) <= widest && !hasLines(v) && !blockStyle(like) {
		return written{inline: line}
	}
	return written{body: f.lines(v, indent)}
}

// lines writes a list or object as a block.
func (f *file) lines(v any, indent int) []string {
	var out []string
	pad := strings.Repeat(" ", indent)
	switch v := v.(type) {
	case Object:
		for _, m := range v {
			w := f.write(m.Value, indent+indentation, false, nil)
			out = append(out, pad+f.key(m.Name, false)+":"+spaced(w.inline))
			out = append(out, w.body...)
		}
	case []any:
		for _, e := range v {
			out = append(out, f.itemLines(e, indent)...)
		}
	}
	return out
}

// itemLines writes an item of a block: an object begins beside its dash.
func (f *file) itemLines(v any, indent int) []string {
	w := f.write(v, indent+indentation, false, nil)
	if w.inline == "" && len(w.body) > 0 {
		first := strings.Repeat(" ", indent) + "- " + w.body[0][indent+indentation:]
		return append([]string{first}, w.body[1:]...)
	}
	return append([]string{strings.Repeat(" ", indent) + "-" + spaced(w.inline)}, w.body...)
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func scalar(v any) bool {
	switch v := v.(type) {
	case Object:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return true
}

func hasLines(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "\n")
	case []any:
		return slices.ContainsFunc(v, hasLines)
	case Object:
		return slices.ContainsFunc(v, func(m Member) bool { return hasLines(m.Value) })
	}
	return false
}

// blockStyle reports whether what stood there was a list or object in lines.
func blockStyle(like []byte) bool {
	return bytes.ContainsAny(like, "\n") && !bytes.ContainsAny(like[:1], "{[|>\"'")
}

// flow writes a value on one line. outside: no brackets stand around it.
func (f *file) flow(v any, like []byte, outside bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return f.text(v, like, outside)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = f.flow(e, nil, false)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Object:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = f.key(m.Name, true) + ": " + f.flow(m.Value, nil, false)
		}
		if f.json {
			return "{ " + strings.Join(parts, ", ") + " }"
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v) // a bool or a number
}

// text writes a text on one line, quoted as before or as little as possible.
func (f *file) text(s string, like []byte, outside bool) string {
	quoted := len(like) > 0 && (like[0] == '"' || like[0] == '\'')
	if !f.json && !f.careful && !quoted && plain(s, outside) {
		return s
	}
	if len(like) > 0 && like[0] == '\'' && !f.careful && !strings.Contains(s, "\n") && printable(s) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return f.quote(s)
}

func (f *file) key(name string, flow bool) string {
	if f.json || f.careful || !plainKey(name, flow) {
		return f.quote(name)
	}
	return name
}

// quote writes a text in double quotes, as JSON does and YAML understands.
func (f *file) quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always can
	out := strings.TrimSuffix(b.String(), "\n")
	if f.json {
		return out
	}
	var e strings.Builder
	for _, r := range out {
		if r >= ' ' && !strange(r) {
			e.WriteRune(r)
		} else if r > 0xffff {
			fmt.Fprintf(&e, `\U%08x`, r)
		} else {
			fmt.Fprintf(&e, `\u%04x`, r)
		}
	}
	return e.String()
}

// strange characters are control characters, other line breaks, and what is no character at all.
func strange(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r&0xfffe == 0xfffe || r == utf8.RuneError
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && strange(r) })
}

// words that some readers of YAML take for something else than a text.
var words = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"}

// plain reports whether a text can stand without quotes: whether it is read as itself.
func plain(s string, outside bool) bool {
	if s == "" || strings.Contains(s, "\n") || !printable(s) || slices.Contains(words, strings.ToLower(s)) {
		return false
	}
	doc := "[" + s + ", x]"
	if outside {
		doc = "k: " + s
	}
	n := only(doc)
	if n == nil || len(n.Content) != 2 {
		return false
	}
	v := n.Content[0]
	if outside {
		v = n.Content[1]
	}
	return plainly(v, s)
}

func plainKey(s string, flow bool) bool {
	if s == "" || strings.Contains(s, "\n") || !printable(s) || slices.Contains(words, strings.ToLower(s)) {
		return false
	}
	doc := s + ": x"
	if flow {
		doc = "{" + doc + "}"
	}
	n := only(doc)
	return n != nil && n.Kind == yaml.MappingNode && len(n.Content) == 2 && plainly(n.Content[0], s) && n.Content[1].Value == "x"
}

func plainly(n *yaml.Node, s string) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Style == 0 && n.Value == s && n.Anchor == "" && n.LineComment == ""
}

func only(doc string) *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(doc), &n); err != nil || n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return nil
	}
	return n.Content[0]
}

// block writes a text as a block: literal ("|") when it has lines or had been one, folded (">") when it had been.
func block(s string, indent int, like []byte) (written, bool) {
	text := strings.TrimSuffix(s, "\n")
	was := byte(0)
	if len(like) > 0 && (like[0] == '|' || like[0] == '>') {
		was = like[0]
	}
	if text == "" || strings.HasSuffix(text, "\n") || strings.ContainsAny(text[:1], " \t\n#") && text[0] != '#' || !printable(text) || was == 0 && !strings.Contains(text, "\n") {
		return written{}, false
	}
	chomp := "-"
	if text != s {
		chomp = ""
	}
	pad := strings.Repeat(" ", indent)
	lines, header := strings.Split(text, "\n"), "|"
	if was == '>' && len(lines) == 1 {
		lines, header = fold(text, width(like)-indent), ">"
	}
	for i, l := range lines {
		if l != "" {
			lines[i] = pad + l
		}
	}
	return written{inline: header + chomp, body: lines}, true
}

// fold breaks a text at single spaces.
func fold(s string, width int) []string {
	var out []string
	line, count := "", 0
	for _, w := range strings.Split(s, " ") {
		n := utf8.RuneCountInString(w)
		// A line that begins or ends with a space would not be folded back.
		if line != "" && count+1+n > width && w != "" && !strings.HasSuffix(line, " ") && !strings.HasPrefix(w, "\t") {
			out, line, count = append(out, line), w, n
			continue
		}
		if line == "" && len(out) == 0 && count == 0 {
			line, count = w, n
		} else {
			line, count = line+" "+w, count+1+n
		}
	}
	return append(out, line)
}

func width(like []byte) int {
	w := 80
	for _, l := range bytes.Split(like, []byte("\n")) {
		w = max(w, utf8.RuneCount(l))
	}
	return w
}
