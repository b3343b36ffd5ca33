package forms

import (
	"strconv"
	"strings"
)

// Tokens splits a pointer into its unescaped parts; none for "".
func (p Pointer) Tokens() []string {
	if p == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(string(p), "/"), "/")
	for i, t := range parts {
		if strings.Contains(t, "~") {
			parts[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
		}
	}
	return parts
}

// Join adds a token, escaped as RFC 6901 says.
func (p Pointer) Join(token string) Pointer {
	if strings.ContainsAny(token, "~/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
	}
	return p + "/" + Pointer(token)
}

// Raw adds a piece that is escaped already.
func (p Pointer) Raw(piece string) Pointer { return p + "/" + Pointer(piece) }

// Index adds a row's number.
func (p Pointer) Index(i int) Pointer { return p + "/" + Pointer(strconv.Itoa(i)) }

// Within reports whether p is q or stands below it.
func (p Pointer) Within(q Pointer) bool {
	return q == "" || p == q || (len(p) > len(q) && p[:len(q)] == q && p[len(q)] == '/')
}

// Overlaps reports whether one of two pointers is above, below or the same as the other, where "*" and a row's number meet.
func (p Pointer) Overlaps(q Pointer) bool {
	a, b := p.Tokens(), q.Tokens()
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] && a[i] != "*" && b[i] != "*" {
			return false
		}
	}
	return true
}

// In gives the places that a pointer with "*" stands for in some answers: one for each row there is, and the pointer itself when it has no
// rows.
func (p Pointer) In(answers any) []Pointer {
	out := []Pointer{""}
	for _, t := range p.Tokens() {
		var next []Pointer
		for _, at := range out {
			if t != "*" {
				next = append(next, at.Join(t))
				continue
			}
			v, _ := Lookup(answers, at)
			rows, _ := v.([]any)
			for i := range rows {
				next = append(next, at.Index(i))
			}
		}
		out = next
	}
	return out
}

// Last is the last token, "" for the whole.
func (p Pointer) Last() string {
	t := p.Tokens()
	if len(t) == 0 {
		return ""
	}
	return t[len(t)-1]
}

// Up is the pointer one level above.
func (p Pointer) Up() Pointer {
	if i := strings.LastIndexByte(string(p), '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

// Pattern turns row numbers into "*" where the form has rows, so that a concrete pointer finds its field.
func (f *Form) Pattern(at Pointer) Pointer {
	var out Pointer
	for _, t := range at.Tokens() {
		if _, err := strconv.Atoi(t); err == nil {
			if up := f.Fields[out]; up != nil && (up.Kind == RowsField || up.Kind == ListField || up.Kind == ChoicesField || up.Kind == FilesField) {
				out += "/*"
				continue
			}
		}
		out = out.Join(t)
	}
	return out
}

// FieldAt finds the field a concrete pointer belongs to, nil when the form has none there.
func (f *Form) FieldAt(at Pointer) *Field { return f.Fields[f.Pattern(at)] }

// Lookup finds the value a concrete pointer names.
func Lookup(v any, at Pointer) (any, bool) {
	for _, t := range at.Tokens() {
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[t]; !ok {
				return nil, false
			}
		case []any:
			i, ok := rowIndex(t, len(x))
			if !ok {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// Put sets a value in a tree of objects, making the objects on the way; it refuses (false) to pass through anything that is
// not an object or an existing row.
func Put(root map[string]any, at Pointer, value any) bool {
	tokens := at.Tokens()
	if len(tokens) == 0 {
		return false
	}
	var v any = root
	for i, t := range tokens {
		last := i == len(tokens)-1
		switch x := v.(type) {
		case map[string]any:
			if last {
				x[t] = value
				return true
			}
			next, ok := x[t]
			if !ok || next == nil {
				next = map[string]any{}
				x[t] = next
			}
			v = next
		case []any:
			n, ok := rowIndex(t, len(x))
			if !ok {
				return false
			}
			if last {
				x[n] = value
				return true
			}
			v = x[n]
		default:
			return false
		}
	}
	return false
}

// Remove takes a value away from an object; a row of an array is left, since removing it would renumber the others.
func Remove(root map[string]any, at Pointer) {
	up, ok := Lookup(root, at.Up())
	if !ok {
		return
	}
	if m, ok := up.(map[string]any); ok {
		delete(m, at.Last())
	}
}

// Copy is a deep copy of a JSON value.
func Copy(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = Copy(e)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = Copy(e)
		}
		return out
	}
	return v
}

// CopyObject is a deep copy of an object; nil becomes empty.
func CopyObject(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return Copy(m).(map[string]any)
}

func rowIndex(t string, n int) (int, bool) {
	i, err := strconv.Atoi(t)
	return i, err == nil && i >= 0 && i < n && strconv.Itoa(i) == t
}
