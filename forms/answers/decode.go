package answers

import (
	"maps"
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
	Answers  map[string]any  // what was stored is left as it is, and shared where nothing was posted for it
	Typed    forms.Typed     // what could not be read, as it was typed
	Problems []forms.Problem // of what could not be read; the rest is for journey to validate
	Lookups  []LookupAt      // the fields of the page by which registers can be asked
	Op       string          // the button's operation, OpContinue when none was named
	At       forms.Pointer   // what it acts on; row keys as posted
	View     *forms.View     // what the graph makes of Answers, where that had to be asked; else nil
}

// LookupAt is a field by which a register can be asked, at one of its places.
type LookupAt struct {
	Field  *forms.Field
	At     forms.Pointer // where it stands now
	Posted forms.Pointer // as it was posted, with rows' keys: At of the button, and of what Pick names
}

// Decode reads a posted page. v is the view from which the page was made, of the stored answers as they are now; a page that v does
// not show offers nothing. Fields that were hidden when the page was sent but are shown by what was posted (a page that answers
// conditions in the browser) are read where they were posted.
func Decode(g *journey.Graph, v *forms.View, page string, values url.Values) Decoded {
	p, ok := v.Page(page)
	out := Decoded{Typed: forms.Typed{}}
	out.Op, out.At = ParseOp(values.Get(FieldOp))
	if out.Op == "" {
		out.Op = OpContinue
	}
	op := out.Op
	if !ok {
		out.Answers = v.Scope.Answers
		return out
	}
	today, _ := time.Parse(time.DateOnly, v.Scope.Today) // a scope without a day refuses every personal number: seen at once
	// What a field shows may hang on what was just posted, and that on another: each round can only show more of this page.
	shown, post := v, newPost(values)
	for range 8 {
		d := &decoder{view: v, now: shown, post: post, page: p, today: today}
		d.out = Decoded{Typed: forms.Typed{}, Op: op, At: out.At}
		d.run()
		out = d.out
		if !conditional(p) {
			break
		}
		scope := v.Scope
		scope.Answers = out.Answers
		next, err := g.Again(shown, scope)
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
		return slices.ContainsFunc(fields, func(f *forms.Field) bool { return f.ShowWhen != nil || within(f.Placed()) })
	}
	return slices.ContainsFunc(p.Sections, func(s *forms.Section) bool { return s.ShowWhen != nil || within(s.Fields) })
}

func sameShown(p *forms.Page, a, b *forms.View) bool {
	var same func([]*forms.Field) bool
	same = func(fields []*forms.Field) bool {
		return !slices.ContainsFunc(fields, func(f *forms.Field) bool {
			if f.Posted() && rowsAbove(f) {
				for _, at := range journey.Concrete(b.Scope.Answers, f.Pointer) {
					if a.ShowsAt(f, at) != b.ShowsAt(f, at) {
						return true
					}
				}
			}
			return a.Shows(f) != b.Shows(f) || !same(f.Placed())
		})
	}
	return !slices.ContainsFunc(p.Sections, func(s *forms.Section) bool { return !same(s.Fields) })
}

func rowsAbove(f *forms.Field) bool { return strings.Contains(string(f.Pointer), "/*") }

type decoder struct {
	view  *forms.View // of what is stored
	now   *forms.View // of what was posted, as far as it is known
	page  *forms.Page
	post  *post
	today time.Time
	out   Decoded
}

// place is one place under its three names.
type place struct {
	to    forms.Pointer // in the answers as they become
	post  forms.Pointer // as posted, with rows' keys
	shown forms.Pointer // in the stored answers; meaningless when fresh
	fresh bool          // within a row that is not stored
	item  bool          // of a list: nothing is left where it stood
}

// below is a place further down, by a relative pointer.
func (pl place) below(rel forms.Pointer) place {
	return place{to: pl.to + rel, post: pl.post + rel, shown: pl.shown + rel, fresh: pl.fresh}
}

// child is the place of a field within a group.
func (pl place) child(group, f *forms.Field) place { return pl.below(f.Pointer[len(group.Pointer):]) }

// row is the place of a row by its pieces.
func (pl place) row(piece, posted string) place {
	return place{to: pl.to.Raw(piece), post: pl.post.Raw(posted), shown: pl.shown.Raw(piece), fresh: pl.fresh, item: true}
}

func (d *decoder) run() {
	answers := forms.Edit(d.view.Scope.Answers)
	for _, s := range d.page.Sections {
		for _, f := range s.Fields {
			here := d.page.At(f.Pointer)
			at := place{to: here, post: here, shown: here}
			if !d.offered(f, at) {
				continue
			}
			was, had := forms.Lookup(d.view.Scope.Answers, here)
			value, has := d.read(f, at, was, had)
			if here == "" { // the root of a bare schema, an object always
				if root, ok := value.(map[string]any); ok {
					answers = forms.Edit(root)
				}
				continue
			}
			set(answers, here, value, has, d.view.Scope.Answers)
		}
	}
	if p := d.page; p.IsInstance() {
		before, _ := forms.Lookup(d.view.Scope.Answers, p.RowAt())
		after, _ := forms.Lookup(answers.Answers(), p.RowAt())
		was, _ := before.(map[string]any)
		row, _ := after.(map[string]any)
		if settled, changed := forms.SettleRow(p.Repeat, was, row, d.view.Scope.Facts); changed {
			answers.Put(p.RowAt(), settled)
		}
	}
	d.out.Answers = answers.Answers()
}

// set puts a value into an object, or takes it away, and with it the objects on the way that only it made: those that no field stands
// for, are empty now and were not stored empty.
func set(root *forms.Editor, at forms.Pointer, value any, has bool, was any) {
	if has {
		root.Put(at, value)
		return
	}
	root.Remove(at)
	for up := at.Up(); up != ""; up = up.Up() {
		v, ok := forms.Lookup(root.Answers(), up)
		if !ok || !isEmptyObject(v) {
			return
		}
		if stored, _ := forms.Lookup(was, up); isEmptyObject(stored) {
			return
		}
		root.Remove(up)
	}
}

func isEmptyObject(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 0
}

// offered reports whether the page had the field: the stored view shows it, or what was posted does and it was posted.
func (d *decoder) offered(f *forms.Field, at place) bool {
	if !f.Posted() || f.ReadOnly || !at.fresh && d.view.FromRegister(f, at.shown) {
		return false
	}
	if !at.fresh && d.view.ShowsAt(f, at.shown) {
		return true
	}
	return d.now.ShowsAt(f, at.to) && (at.fresh || f.Kind == forms.GroupField || d.post.has(at.post))
}

// read gives the value of a field as it was posted, from what is stored of it, which nothing below changes in place. What the page showed
// and is posted again as it was shown stays exactly as it is stored: a number's exponent, the order of choices, a text with spaces, a
// value that its control cannot show.
func (d *decoder) read(f *forms.Field, at place, was any, had bool) (value any, has bool) {
	if f.Kind.Holds() && strings.Count(string(at.post), "/") > MaxDepth {
		d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: forms.OtherViolation, Params: map[string]any{"keyword": "depth"}})
		return was, had
	}
	switch f.Kind {
	case forms.FilesField: // uploads, not text
		return was, had
	case forms.FixedField:
		return optionJSON(f.Options[0]), true
	case forms.GroupField:
		return d.group(f, at, was, had)
	case forms.RowsField, forms.ListField:
		return d.list(f, at, was, had)
	case forms.TupleField:
		return d.tuple(f, at, was, had)
	case forms.MapField:
		return d.object(f, at, was, had)
	case forms.VariantField:
		return d.variant(f, at, was, had)
	}
	return d.scalar(f, at, was, had)
}

func (d *decoder) scalar(f *forms.Field, at place, was any, had bool) (any, bool) {
	if f.Lookup != nil {
		d.out.Lookups = append(d.out.Lookups, LookupAt{f, at.to, forms.Pointer(posted(at.post))})
	}
	d.week(f, at)
	texts, ok := d.texts(f, at)
	if !ok {
		return was, had
	}
	mark := d.post.Get(Marker(at.post))
	if d.unchanged(f, at, was, had, texts) && mark == marker(f, was, had) {
		return was, had
	}
	value, has, code, params := d.value(f, at, texts)
	switch {
	case code != "":
		d.fail(f, at, texts, code, params)
		return was, had && at.item // a row stays until what is in it can be read
	case has:
		return value, true
	}
	return blank(f, mark)
}

// unchanged reports whether a control was posted as the page showed it. Line breaks and the order of boxes are the browser's.
func (d *decoder) unchanged(f *forms.Field, at place, was any, had bool, texts []string) bool {
	if f.Kind == forms.DateField {
		year, month, day := dateShown(f, was)
		return slices.Equal(texts, []string{year, month, day})
	}
	var before []string
	if had {
		before = shown(f, d.view.OptionsAt(f, at.shown), was)
	}
	if f.Kind == forms.ChoicesField {
		return len(before) == len(texts) && !slices.ContainsFunc(before, func(s string) bool { return !slices.Contains(texts, lines(s)) })
	}
	var a, b string
	if len(before) > 0 {
		a = lines(before[0])
	}
	if len(texts) > 0 {
		b = texts[0]
	}
	return a == b
}

// lines has every line break as LF.
func lines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// texts are the posted values of a control, line breaks as LF. A text that is none is a problem and leaves what is stored.
func (d *decoder) texts(f *forms.Field, at place) ([]string, bool) {
	var texts []string
	if f.Kind == forms.DateField {
		for _, part := range dateParts {
			texts = append(texts, d.post.Get(DatePart(part, at.post)))
		}
	} else {
		texts = d.post.Values[Control(at.post)]
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
	if len(texts) > 0 && (f.Kind == forms.TextField || f.Kind == forms.NumberField || f.Kind == forms.JSONField) {
		d.out.Typed[string(at.to)] = texts[0]
	}
}

// acts gives the button's operation when it acts on a place, "" else.
func (d *decoder) acts(at place) string {
	if string(d.out.At) == posted(at.post) {
		return d.out.Op
	}
	return ""
}

// group reads the fields of an object onto what is stored of it, which keeps what the page does not show.
func (d *decoder) group(f *forms.Field, at place, was any, had bool) (any, bool) {
	if value, has, settled := d.onDemand(f, at, was, had); settled {
		return value, has
	}
	before, isObject := was.(map[string]any)
	object := d.members(f.Children(), len(f.Pointer), at, before)
	if len(object) > 0 || isObject && f.Pointer == "" {
		return object, true
	}
	if f.Always || f.OnDemand {
		if !had || isObject {
			return object, true
		}
	}
	return d.absent(f, at, was, had)
}

// members reads the fields of an object whose pointer has that length, onto what is stored of it.
func (d *decoder) members(fields []*forms.Field, length int, at place, before map[string]any) map[string]any {
	object := forms.Edit(before)
	for _, f := range fields {
		rel := f.Pointer[length:]
		if f.Kind == forms.MapField && rel == "" { // the object's own other entries
			d.entries(f, at, before, object.Answers())
			continue
		}
		below := at.below(rel)
		if !d.offered(f, below) {
			continue
		}
		stored, ok := forms.Lookup(before, rel)
		value, has := d.read(f, below, stored, ok)
		set(object, rel, value, has, before)
	}
	return object.Answers()
}

// onDemand settles what becomes of a field that is on the page only when it is there: its button adds or removes it; else it stays away.
func (d *decoder) onDemand(f *forms.Field, at place, was any, had bool) (value any, has, settled bool) {
	if !f.OnDemand {
		return nil, false, false
	}
	switch op, present := d.acts(at), Present(f, was, had); {
	case op == OpRemove:
		return nil, false, true
	case op == OpAdd && !present:
		return nothing(f), true, true
	case !present:
		value, has = d.absent(f, at, was, had)
		return value, has, true
	}
	return nil, false, false
}

// nothing is the empty value of a field that holds others; nil of one that does not, or of which it is not known.
func nothing(f *forms.Field) any {
	switch {
	case isObject(f):
		return map[string]any{}
	case isList(f) && f.Kind != forms.ChoicesField:
		return []any{}
	}
	return nil
}

// absent is what becomes of a field in which nothing is written: what the marker says; what was stored when its controls cannot show
// that, and so showed nothing; else nothing.
func (d *decoder) absent(f *forms.Field, at place, was any, had bool) (any, bool) {
	mark := d.post.Get(Marker(at.post))
	if had && mark == marker(f, was, had) {
		switch x := was.(type) {
		case map[string]any:
			if !isObject(f) || len(x) == 0 {
				return was, true
			}
		case []any:
			if !isList(f) || len(x) == 0 {
				return was, true
			}
		default:
			return was, true
		}
	}
	return blank(f, mark)
}

// variant reads the chosen variant's field. Choosing another one than is on the page takes over what both have, and shows the page
// again, since the new one's questions have not been seen.
func (d *decoder) variant(f *forms.Field, at place, was any, had bool) (any, bool) {
	choice, given := d.post.Values[Variant(at.post)]
	if !given || choice[0] == "" {
		if had && f.Choose(was) >= 0 && given {
			return blank(f, d.post.Get(Marker(at.post)))
		}
		return d.absent(f, at, was, had)
	}
	i, ok := StoredRow(choice[0], len(f.Variants))
	if !ok {
		d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: forms.NotAnOption})
		return was, had
	}
	inner := f.Variants[i].Field()
	value, has := was, had
	before, onPage := StoredRow(d.post.Get(ShownVariant(at.post)), len(f.Variants))
	switch {
	case onPage && before != i:
		value, has = d.changed(f.Variants[before].Field(), inner, was)
		d.again(inner)
	case !onPage && !d.post.answers(at.post):
		if value, has = d.changed(nil, inner, was); had {
			value, has = was, had
		}
		d.again(inner)
	default:
		value, has = d.read(inner, at, was, had)
	}
	if !has || f.Choose(value) != i { // what is there does not tell which it is
		d.out.Typed[Variant(at.to)] = strconv.Itoa(i)
	}
	return value, has
}

// again shows the page again instead of going on, when there is anything to answer.
func (d *decoder) again(f *forms.Field) {
	if d.out.Op == OpContinue && f.Kind != forms.NullField && f.Kind != forms.FixedField {
		d.out.Op = OpUpdate
	}
}

// changed is a value as it begins under another variant: an object keeps what both declare and what neither does.
func (d *decoder) changed(from, to *forms.Field, was any) (any, bool) {
	switch to.Kind {
	case forms.GroupField:
	case forms.FixedField:
		return optionJSON(to.Options[0]), true
	default:
		return nil, to.Kind == forms.NullField
	}
	out := map[string]any{}
	if object, ok := was.(map[string]any); ok {
		out = maps.Clone(object)
		if from != nil {
			for _, f := range from.Children() {
				delete(out, f.Pointer.Last())
			}
		}
		for _, f := range to.Children() {
			if v, ok := object[f.Pointer.Last()]; ok && f.Kind != forms.FixedField && f.Kind != forms.MapField {
				out[f.Pointer.Last()] = v
			}
		}
	}
	for _, f := range to.Children() {
		if f.Kind == forms.FixedField {
			out[f.Pointer.Last()] = optionJSON(f.Options[0])
		}
	}
	return out, true
}
