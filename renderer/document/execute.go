package document

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// maxOutput bounds a filled document: a loop over a long list within a loop must not fill the memory.
const maxOutput = 8 << 20

// Execute fills the template. Values may be string, [Markdown], bool, any integer or float, [time.Time] (shown as a date)
// or fmt.Stringer; lists are slices; maps have string keys. A name that the data lacks, or a value of another kind, is
// an [*Error] with its place: a document with a hole must not be sent.
func (t *Template) Execute(data map[string]any) (string, error) {
	e := &execution{name: t.name}
	if err := e.run(t.parts, &scope{values: data}); err != nil {
		return "", err
	}
	return e.out.String(), nil
}

type execution struct {
	name string
	out  strings.Builder
}

// scope is where names are looked up: an item, then what is around it.
type scope struct {
	values map[string]any
	outer  *scope
}

func (e *execution) fail(at place, format string, args ...any) error {
	return &Error{Name: e.name, Line: at.line, Column: at.column, Problem: fmt.Sprintf(format, args...)}
}

func (e *execution) run(parts []part, sc *scope) error {
	for _, p := range parts {
		if e.out.Len() > maxOutput {
			return e.fail(p.at(), "the document is larger than %d bytes", maxOutput)
		}
		switch p := p.(type) {
		case *text:
			e.out.WriteString(p.s)
		case *value:
			if err := e.value(p, sc); err != nil {
				return err
			}
		case *conditional:
			v, _ := sc.lookup(p.path)
			branch := p.els
			if truth(v) {
				branch = p.then
			}
			if err := e.run(branch, sc); err != nil {
				return err
			}
		case *loop:
			if err := e.loop(p, sc); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *execution) loop(p *loop, sc *scope) error {
	v, ok := sc.lookup(p.path)
	if !ok {
		return e.fail(p.place, "there is no “%s”", strings.Join(p.path, "."))
	}
	if v == nil {
		return nil
	}
	list := reflect.ValueOf(v)
	if list.Kind() != reflect.Slice && list.Kind() != reflect.Array {
		return e.fail(p.place, "“%s” is no list", strings.Join(p.path, "."))
	}
	for i := range list.Len() {
		item := list.Index(i).Interface()
		inner := map[string]any{"this": item, "number": i + 1}
		around := &scope{values: inner, outer: sc}
		if m, ok := asMap(item); ok { // the item's own names come before this and number
			around = &scope{values: m, outer: around}
		}
		if err := e.run(p.body, around); err != nil {
			return err
		}
	}
	return nil
}

func (e *execution) value(p *value, sc *scope) error {
	name := strings.Join(p.path, ".")
	v, ok := sc.lookup(p.path)
	if !ok {
		return e.fail(p.place, "there is no “%s”", name)
	}
	if md, ok := v.(Markdown); ok {
		if !p.alone {
			return e.fail(p.place, "“%s” is Markdown and needs a line of its own", name)
		}
		e.out.WriteString("\n" + strings.TrimSpace(string(md)) + "\n")
		return nil
	}
	s, number, ok := shown(v)
	switch {
	case !ok:
		return e.fail(p.place, "“%s” is no text, number or date", name)
	case number: // nobody's text, so "{{number}}. Text" may be a numbered list
		e.out.WriteString(s)
	default:
		e.out.WriteString(Escape(s))
	}
	return nil
}

// lookup finds a path: its first name in the innermost scope that has it, the rest below that.
func (sc *scope) lookup(path []string) (any, bool) {
	for ; sc != nil; sc = sc.outer {
		v, ok := sc.values[path[0]]
		if !ok {
			continue
		}
		for _, name := range path[1:] {
			m, isMap := asMap(v)
			if !isMap {
				return nil, false
			}
			if v, ok = m[name]; !ok {
				return nil, false
			}
		}
		return v, true
	}
	return nil, false
}

// asMap gives a map with string keys of any kind of value.
func asMap(v any) (map[string]any, bool) {
	if m, ok := v.(map[string]any); ok {
		return m, true
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Map || rv.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	m := make(map[string]any, rv.Len())
	for it := rv.MapRange(); it.Next(); {
		m[it.Key().String()] = it.Value().Interface()
	}
	return m, true
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case Markdown:
		return strings.TrimSpace(string(v)) != ""
	case time.Time:
		return !v.IsZero()
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array:
		return rv.Len() > 0
	}
	return !rv.IsZero()
}

// shown is a value as text; nil is an empty text, since a form's optional answers are nil. number is true of whole
// numbers of a numeric kind.
func shown(v any) (s string, number, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false, true
	case string:
		return v, false, true
	case time.Time:
		return v.Format("2006-01-02"), false, true
	case fmt.Stringer:
		return v.String(), false, true
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.String:
		return rv.String(), false, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(rv.Int(), 10), rv.Int() >= 0, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(rv.Uint(), 10), true, true
	case reflect.Float32, reflect.Float64: // decimal comma, as Swedish writes it
		return strings.Replace(strconv.FormatFloat(rv.Float(), 'f', -1, 64), ".", ",", 1), false, true
	}
	return "", false, false
}
