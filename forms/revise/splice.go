package revise

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"samtjanst/forms/internal/tree"
)

// edit puts text in place of the bytes from–to.
type edit struct {
	from, to int
	text     string
}

// spliced makes edits that do not overlap; those at the same place are made in the order given.
func spliced(raw []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out []byte
	at := 0
	for _, e := range edits {
		if e.from < at {
			continue // overlaps what is gone already; reading the file again tells whether that was right
		}
		out = append(append(out, raw[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, raw[at:]...)
}

// slot is where a value stands: in its parent, or alone.
type slot struct {
	value  *node
	parent *node // nil for the whole file
	i      int
}

func (f *file) find(at []string) (slot, error) {
	s := slot{value: f.root}
	for _, t := range at {
		n := s.value
		s = slot{parent: n}
		switch n.kind {
		case tree.Object:
			i := slices.IndexFunc(n.keys, func(m member) bool { return m.name == t })
			if i < 0 {
				return s, ErrStyle
			}
			s.i, s.value = i, n.keys[i].value
		case tree.Array:
			i, ok := index(t, len(n.items))
			if !ok {
				return s, ErrStyle
			}
			s.i, s.value = i, n.items[i].value
		default:
			return s, ErrStyle
		}
	}
	return s, nil
}

// member reports whether the slot is that of a key.
func (s slot) member() bool { return s.parent.kind == tree.Object }

// base is where the key's colon or the item's dash ends.
func (s slot) base() int {
	if s.member() {
		return s.parent.keys[s.i].colon + 1
	}
	return s.parent.items[s.i].dash + 1
}

func (s slot) indent() int {
	if s.member() {
		return s.parent.keys[s.i].indent
	}
	return s.parent.items[s.i].indent
}

// begin is where the key or item begins with all that belongs to it.
func (s slot) begin() int {
	switch {
	case s.member():
		return s.parent.keys[s.i].at
	case s.parent.flow:
		return s.value.start
	}
	return s.parent.items[s.i].dash
}

func (s slot) count() int { return max(len(s.parent.keys), len(s.parent.items)) }

func (s slot) neighbour(by int) slot {
	n := slot{parent: s.parent, i: s.i + by}
	if s.member() {
		n.value = s.parent.keys[n.i].value
	} else {
		n.value = s.parent.items[n.i].value
	}
	return n
}

// edits makes one step.
func (f *file) edits(st step) ([]edit, error) {
	s, err := f.find(st.at)
	if err != nil {
		return nil, err
	}
	switch n := s.value; st.op {
	case replace:
		return f.replace(s, st.value)
	case remove:
		return f.remove(s)
	case addMember:
		switch {
		case n.kind != tree.Object:
			return nil, ErrStyle
		case n.flow && (f.json || s.parent != nil && s.parent.flow || len(n.keys) > 0):
			return f.addToFlow(n, len(n.keys), f.key(st.name, true)+": "+f.flow(st.value, nil, false)), nil
		case len(n.keys) == 0 && s.parent != nil:
			return f.replace(s, Object{{st.name, st.value}})
		}
		return f.addLast(n, st.name, st.value), nil
	default:
		switch {
		case n.kind != tree.Array:
			return nil, ErrStyle
		case n.flow && (f.json || s.parent != nil && s.parent.flow || len(n.items) > 0):
			return f.addToFlow(n, st.index, f.flow(st.value, nil, false)), nil
		case len(n.items) == 0 && s.parent != nil:
			return f.replace(s, []any{st.value})
		}
		return f.insert(n, st.index, st.value), nil
	}
}

// below puts lines together, each after a line break.
func (f *file) below(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(f.eol)
		b.WriteString(l)
	}
	return b.String()
}

// replace writes a value where another stands.
func (f *file) replace(s slot, v any) ([]edit, error) {
	old := s.value
	like := f.raw[old.start:old.end]
	if f.json || s.parent == nil && old.flow || s.parent != nil && s.parent.flow {
		text := f.flow(v, like, false)
		if old.start == old.end && !f.json {
			text = " " + text
		}
		return []edit{{old.start, old.end, text}}, nil
	}
	if s.parent == nil {
		return nil, ErrStyle
	}
	inner := s.indent() + indentation
	header := len(like) > 0 && (like[0] == '|' || like[0] == '>')
	if header { // the lines keep their indentation
		if line := nextLine(f.raw, lineEnd(f.raw, old.start)); line < old.end {
			inner = max(s.indent()+1, len(f.raw[line:])-len(bytes.TrimLeft(f.raw[line:], " ")))
		}
	}
	w := f.write(v, inner, false, like)
	collection := !old.flow && (old.kind == tree.Object || old.kind == tree.Array)
	switch {
	case old.start == old.end:
		return []edit{{s.base(), s.base(), spaced(w.inline)}, {lineEnd(f.raw, s.base()), lineEnd(f.raw, s.base()), f.below(w.body)}}, nil
	case header:
		end, line := headerEnd(f.raw, old.start), lineEnd(f.raw, old.start)
		return []edit{{old.start, end, w.inline}, {line, max(line, old.end), f.below(w.body)}}, nil
	case collection && lineStart(f.raw, old.start) > s.base(): // it begins on a line of its own
		from := lineStart(f.raw, old.start) - len(f.eol)
		return []edit{{s.base(), s.base(), spaced(w.inline)}, {from, old.end, f.below(w.body)}}, nil
	case collection && w.inline == "" && len(w.body) > 0: // beside its dash
		lines := f.lines(v, old.start-lineStart(f.raw, old.start))
		first := strings.TrimLeft(lines[0], " ")
		return []edit{{old.start, old.end, first + f.below(lines[1:])}}, nil
	}
	line := lineEnd(f.raw, old.end)
	if w.inline == "" {
		return []edit{{s.base(), old.end, ""}, {line, line, f.below(w.body)}}, nil
	}
	return []edit{{old.start, old.end, w.inline}, {line, line, f.below(w.body)}}, nil
}

// addLast adds a key to a block, after the line where the last one ends.
func (f *file) addLast(n *node, name string, v any) []edit {
	indent, at := 0, len(f.raw)
	if len(n.keys) > 0 {
		indent, at = n.keys[0].indent, lineEnd(f.raw, n.end)
	}
	w := f.write(v, indent+indentation, false, nil)
	text := strings.Repeat(" ", indent) + f.key(name, false) + ":" + spaced(w.inline) + f.below(w.body)
	if len(n.keys) > 0 {
		return []edit{{at, at, f.eol + text}}
	}
	if at > 0 && f.raw[at-1] != '\n' { // a file of comments
		text = f.eol + text
	}
	return []edit{{at, at, text + f.eol}}
}

// insert adds an item to a block: after the line where the one before it ends, so that a comment above the next stays with that.
func (f *file) insert(n *node, i int, v any) []edit {
	indent := n.items[0].indent
	lines := f.itemLines(v, indent)
	if i > 0 {
		at := lineEnd(f.raw, n.items[i-1].value.end)
		return []edit{{at, at, f.below(lines)}}
	}
	at := n.items[0].dash
	lines[0] = strings.TrimLeft(lines[0], " ")
	return []edit{{at, at, lines[0] + f.below(lines[1:]) + f.eol + strings.Repeat(" ", indent)}}
}

// addToFlow adds a member or item between brackets, on a line of its own when the others have theirs.
func (f *file) addToFlow(n *node, i int, text string) []edit {
	s := slot{parent: n}
	count := s.count()
	if count == 0 {
		if f.json && n.kind == tree.Object {
			text = " " + text + " "
		}
		return []edit{{n.start + 1, n.start + 1, text}}
	}
	if i < count {
		next := slot{parent: n, i: i}.neighbour(0)
		return []edit{{next.begin(), next.begin(), text + "," + f.between(next)}}
	}
	last := slot{parent: n, i: count - 1}.neighbour(0)
	return []edit{{last.value.end, last.value.end, "," + f.between(last) + text}}
}

// between is the space before a member or item: a line break with its indentation, or one space.
func (f *file) between(s slot) string {
	at := s.begin()
	line := lineStart(f.raw, at)
	if pad := f.raw[line:at]; line > 0 && len(bytes.TrimSpace(pad)) == 0 {
		return f.eol + string(pad)
	}
	return " "
}

// remove takes a key or item away with its line. Comments on lines of their own stay.
func (f *file) remove(s slot) ([]edit, error) {
	if s.parent == nil {
		return nil, ErrStyle
	}
	at, end := s.begin(), s.value.end
	if s.value.start == s.value.end && s.member() {
		end = s.base()
	}
	if s.parent.flow {
		return f.removeFromFlow(s, at, end), nil
	}
	if s.count() == 1 {
		return f.empty(s)
	}
	line, over := lineStart(f.raw, at), lineEnd(f.raw, end)
	if len(bytes.TrimSpace(f.raw[line:at])) == 0 {
		if next := nextLine(f.raw, over); next > over {
			return []edit{{line, next, ""}}, nil
		}
		return []edit{{max(0, line-len(f.eol)), over, ""}}, nil // the last line, without a break
	}
	// Beside a dash: what comes next takes the place, or the dash stands alone before a comment.
	next := s.neighbour(1)
	if len(bytes.TrimSpace(f.raw[end:next.begin()])) == 0 {
		return []edit{{at, next.begin(), ""}}, nil
	}
	for end < len(f.raw) && f.raw[end] == ' ' {
		end++
	}
	return []edit{{at, end, ""}}, nil
}

// empty leaves {} or [] where the last key or item of a block stood.
func (f *file) empty(s slot) ([]edit, error) {
	var find func(n *node, up slot) (slot, bool)
	find = func(n *node, up slot) (slot, bool) {
		if n == s.parent {
			return up, true
		}
		for i := range n.keys {
			if got, ok := find(n.keys[i].value, slot{value: n.keys[i].value, parent: n, i: i}); ok {
				return got, true
			}
		}
		for i := range n.items {
			if got, ok := find(n.items[i].value, slot{value: n.items[i].value, parent: n, i: i}); ok {
				return got, true
			}
		}
		return slot{}, false
	}
	up, ok := find(f.root, slot{value: f.root})
	switch {
	case !ok:
		return nil, ErrStyle
	case up.parent == nil: // the only key of the file
		end := lineEnd(f.raw, s.value.end)
		return []edit{{lineStart(f.raw, s.begin()), nextLine(f.raw, end), ""}}, nil
	case s.parent.kind == tree.Array:
		return f.replace(up, []any{})
	}
	return f.replace(up, Object{})
}

func (f *file) removeFromFlow(s slot, at, end int) []edit {
	p := &places{raw: f.raw}
	comma := p.skip(end, f.json)
	if p.byteAt(comma) != ',' {
		comma = -1
	}
	switch {
	case s.i+1 < s.count() && comma >= 0:
		next := s.neighbour(1).begin()
		if len(bytes.TrimSpace(f.raw[comma+1:next])) == 0 {
			return []edit{{at, next, ""}}
		}
		return []edit{{at, comma + 1, ""}}
	case s.i > 0:
		before := s.neighbour(-1).value.end
		if len(bytes.Trim(f.raw[before:at], " \t\r\n,")) == 0 {
			return []edit{{before, end, ""}}
		}
		sep := p.skip(before, f.json)
		return []edit{{sep, sep + 1, ""}, {at, end, ""}}
	case comma >= 0:
		return []edit{{at, comma + 1, ""}}
	}
	return []edit{{at, end, ""}}
}
