package answers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// Decoded is a posted page read onto the stored answers.
type Decoded struct {
	Answers  map[string]any  // a copy: what was stored is left as it is
	Typed    forms.Typed     // what could not be read, as it was typed
	Problems []forms.Problem // of what could not be read; the rest is for journey to validate
	Op       string          // the button's operation, OpContinue when none was named
	At       forms.Pointer   // what it acts on; row keys as posted
	View     *forms.View     // what the graph makes of Answers, where that had to be asked; else nil
}

// Decode reads a posted page. v is the view from which the page was made, of the stored answers as they are now; a page that v does
// not show offers nothing. Fields that were hidden when the page was sent but are shown by what was posted (a page that answers
// conditions in the browser) are read where they were posted.
func Decode(g *journey.Graph, v *forms.View, page string, post url.Values) Decoded {
	p, ok := v.Page(page)
	out := Decoded{Answers: forms.CopyObject(v.Scope.Answers), Typed: forms.Typed{}}
	out.Op, out.At = ParseOp(post.Get(FieldOp))
	if out.Op == "" {
		out.Op = OpContinue
	}
	if !ok {
		return out
	}
	today, _ := time.Parse(time.DateOnly, v.Scope.Today) // a scope without a day refuses every personal number: seen at once
	// What a field shows may hang on what was just posted, and that on another: each round can only show more of this page.
	shown := v
	for range 8 {
		d := &decoder{view: v, now: shown, post: post, page: p, today: today}
		d.out = Decoded{Answers: forms.CopyObject(v.Scope.Answers), Typed: forms.Typed{}, Op: out.Op, At: out.At}
		d.run()
		out = d.out
		if !conditional(p) {
			break
		}
		scope := v.Scope
		scope.Answers = out.Answers
		next, err := g.Run(scope)
		if err != nil {
			break
		}
		if out.View = next; sameShown(p, shown, next) {
			break
		}
		shown = next
	}
	return out
}

func conditional(p *forms.Page) bool {
	var within func([]*forms.Field) bool
	within = func(fields []*forms.Field) bool {
		return slices.ContainsFunc(fields, func(f *forms.Field) bool { return f.ShowWhen != nil || within(f.Fields) })
	}
	return slices.ContainsFunc(p.Sections, func(s *forms.Section) bool { return s.ShowWhen != nil || within(s.Fields) })
}

func sameShown(p *forms.Page, a, b *forms.View) bool {
	var same func([]*forms.Field) bool
	same = func(fields []*forms.Field) bool {
		return !slices.ContainsFunc(fields, func(f *forms.Field) bool {
			if f.Pointer != "" && rowsAbove(f) {
				for _, at := range journey.Concrete(b.Scope.Answers, f.Pointer) {
					if a.ShowsAt(f, at) != b.ShowsAt(f, at) {
						return true
					}
				}
			}
			return a.Shows(f) != b.Shows(f) || !same(f.Fields)
		})
	}
	return !slices.ContainsFunc(p.Sections, func(s *forms.Section) bool { return !same(s.Fields) })
}

func rowsAbove(f *forms.Field) bool { return strings.Contains(string(f.Pointer), "/*") }

type decoder struct {
	view  *forms.View // of what is stored
	now   *forms.View // of what was posted, as far as it is known
	page  *forms.Page
	post  url.Values
	today time.Time
	out   Decoded
}

// place is one place under its three names.
type place struct {
	stored forms.Pointer // in the stored answers; meaningless when fresh
	to     forms.Pointer // in the decoded ones
	post   forms.Pointer // with row keys
	fresh  bool          // within a row that is not stored
}

func (pl place) down(f *forms.Field) place {
	depth := len(pl.to.Tokens())
	for _, t := range f.Pointer.Tokens()[depth:] {
		pl.stored, pl.to, pl.post = pl.stored.Join(t), pl.to.Join(t), pl.post.Join(t)
	}
	return pl
}

func (d *decoder) run() {
	for _, s := range d.page.Sections {
		d.fields(s.Fields, place{})
	}
}

func (d *decoder) fields(fields []*forms.Field, base place) {
	for _, f := range fields {
		if f.Pointer == "" || f.ReadOnly || d.view.FromRegister(f) {
			continue
		}
		if at := base.down(f); d.offered(f, at) {
			d.field(f, at)
		}
	}
}

// offered reports whether the page had the field: the stored view shows it, or what was posted does and it was posted.
func (d *decoder) offered(f *forms.Field, at place) bool {
	if !at.fresh && d.view.ShowsAt(f, at.stored) {
		return true
	}
	return d.now.ShowsAt(f, at.to) && (at.fresh || d.wasPosted(f, at.post))
}

func (d *decoder) wasPosted(f *forms.Field, p forms.Pointer) bool {
	if f.Kind == forms.GroupField {
		return true // its fields are asked one by one
	}
	for _, name := range [...]string{Control(p), RowKey(p), Marker(p), DatePart(Year, p), DatePart(Month, p), DatePart(Day, p)} {
		if d.post.Has(name) {
			return true
		}
	}
	return false
}

func (d *decoder) field(f *forms.Field, at place) {
	switch f.Kind {
	case forms.FilesField: // uploads, not text
		return
	case forms.GroupField:
		d.group(f, at)
		return
	case forms.RowsField, forms.ListField:
		d.rows(f, at)
		return
	}
	texts, ok := d.texts(f, at)
	if !ok {
		return
	}
	value, has, code, params := d.value(f, at, texts)
	switch {
	case code != "":
		d.fail(f, at, texts, code, params)
		d.unset(at)
	case has:
		forms.Put(d.out.Answers, at.to, value)
	default:
		if b, ok := blank(f, d.post.Get(Marker(at.post))); ok {
			forms.Put(d.out.Answers, at.to, b)
			return
		}
		d.unset(at)
	}
}

// texts are the posted values of a control, line breaks as LF. A text that is none is a problem and leaves what is stored.
func (d *decoder) texts(f *forms.Field, at place) ([]string, bool) {
	var texts []string
	if f.Kind == forms.DateField {
		for _, part := range dateParts {
			texts = append(texts, d.post.Get(DatePart(part, at.post)))
		}
	} else {
		texts = d.post[Control(at.post)]
	}
	if len(texts) > MaxRows {
		texts = texts[:MaxRows]
	}
	out := make([]string, len(texts))
	for i, s := range texts {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") {
			clean := strings.NewReplacer("\x00", "", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
			d.fail(f, at, []string{clean}, forms.BadText, nil)
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

func (d *decoder) fail(f *forms.Field, at place, texts []string, code string, params map[string]any) {
	d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: code, Params: params})
	if f.Kind == forms.DateField && len(texts) == 3 {
		for i, part := range dateParts {
			d.out.Typed[DatePart(part, at.to)] = texts[i]
		}
		return
	}
	if len(texts) > 0 && (f.Kind == forms.TextField || f.Kind == forms.NumberField) {
		d.out.Typed[string(at.to)] = texts[0]
	}
}

func (d *decoder) unset(at place) {
	forms.Remove(d.out.Answers, at.to)
	d.prune(at.to.Up(), at.stored.Up())
}

// prune takes away objects that became empty by this page; one that is stored empty, a row, and a group, which has a marker of its
// own, stay.
func (d *decoder) prune(to, stored forms.Pointer) {
	for ; to != ""; to, stored = to.Up(), stored.Up() {
		if _, err := strconv.Atoi(to.Last()); err == nil {
			return
		}
		if f := d.view.Form.FieldAt(to); f != nil {
			return
		}
		v, ok := forms.Lookup(d.out.Answers, to)
		m, isObject := v.(map[string]any)
		if !ok || !isObject || len(m) > 0 {
			return
		}
		if was, _ := forms.Lookup(d.view.Scope.Answers, stored); isEmptyObject(was) {
			return
		}
		forms.Remove(d.out.Answers, to)
	}
}

func isEmptyObject(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 0
}

func (d *decoder) group(f *forms.Field, at place) {
	if was, ok := forms.Lookup(d.out.Answers, at.to); ok && was == nil {
		forms.Remove(d.out.Answers, at.to) // null gives way to what is posted in it
	}
	d.fields(f.Fields, at)
	v, ok := forms.Lookup(d.out.Answers, at.to)
	if ok && !isEmptyObject(v) {
		return
	}
	if b, ok := blank(f, d.post.Get(Marker(at.post))); ok {
		forms.Put(d.out.Answers, at.to, b)
		return
	}
	d.unset(at)
}
