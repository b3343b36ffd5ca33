package renderer

import (
	"cmp"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/ui"
)

// Where on a page a problem belongs. The tree of fields is followed along the data, as the page is: which variant is chosen and which
// row is open decides what control there is to mend it with.

// spot is the place of a problem.
type spot struct {
	field *forms.Field  // nearest to the pointer; nil when no page asks for anything there
	page  *forms.Page   // where it stands
	at    forms.Pointer // of the field or row
	owner forms.Pointer // under what its text is told: the field's pointer, or what choiceOf and nameOf make of it
	id    string        // of the control to mend, or of the frame around where it would be
	order []int         // where it stands on the page
	rows  *forms.Field  // whose row is closed, when it stands in one
	row   int
}

// choiceOf and nameOf are the owners of what is wrong with the choice of a variant and with the name of an entry. No pointer begins
// with a letter.
func choiceOf(at forms.Pointer) forms.Pointer { return "v" + at }
func nameOf(at forms.Pointer) forms.Pointer   { return "k" + at }

// finder follows one pointer.
type finder struct {
	typed  forms.Typed
	target forms.Pointer
	wrong  string // the code of what is wrong there, "" when nothing is
}

// locate finds the spot on some pages of a form with these answers. What the pages of rows ask for is looked for there first: it stands
// within the rows too, where they are listed.
func (s *finder) locate(pages []*forms.Page, v *forms.View) spot {
	for _, repeated := range [...]bool{true, false} {
		for _, p := range pages {
			if (p.Repeat != nil) != repeated {
				continue
			}
			if found := s.on(p.For(s.target), v); found.field != nil {
				return found
			}
		}
	}
	return spot{at: s.target, owner: s.target}
}

// on finds the spot on a page; without a page it is nowhere.
func (s *finder) on(p *forms.Page, v *forms.View) spot {
	if p == nil {
		return spot{}
	}
	n, rows := 0, ""
	if p.IsInstance() {
		rows = "." + itoa(p.Row)
	}
	for _, sec := range p.Sections {
		for _, f := range sec.Fields {
			n++
			at := p.At(f.Pointer)
			if !f.Posted() || !s.target.Within(at) {
				continue
			}
			value, has := forms.Lookup(v.Scope.Answers, at)
			found := s.in(f, at, value, has, rows, []int{n})
			found.page = p
			return found
		}
	}
	return spot{}
}

// find finds the spot on the pages of the form.
func (p *Page) find(v *forms.View, typed forms.Typed, problem forms.Problem) spot {
	s := &finder{typed: typed, target: problem.Pointer, wrong: problem.Code}
	return s.locate(p.form.Pages, v)
}

// in follows the pointer from a field that it stands within, or is. rows ends the field's id with the numbers of its rows.
func (s *finder) in(f *forms.Field, at forms.Pointer, value any, has bool, rows string, order []int) spot {
	here := spot{field: f, at: at, owner: at, id: f.ID + rows, order: order}
	switch f.Kind {
	case forms.GroupField:
		if answers.Present(f, value, has) {
			return s.below(f.Children(), here, f.Pointer, at, value, rows)
		}
	case forms.TupleField:
		if !answers.Present(f, value, has) {
			return here
		}
		if found := s.below(f.Children(), here, f.Pointer, at, value, rows); found.field != f {
			return found
		}
		if f.Rest() != nil {
			return s.row(f, here, at, value, rows)
		}
	case forms.RowsField, forms.ListField, forms.MapField:
		return s.row(f, here, at, value, rows)
	case forms.VariantField:
		n := answers.Chosen(f, at, value, has, s.typed)
		if n < 0 {
			here.owner = choiceOf(at)
			return here
		}
		chosen := f.Variants[n].Field()
		if chosen == nil || chosen.Kind == forms.NullField || chosen.Kind == forms.FixedField { // it shows nothing
			here.owner = choiceOf(at)
			return here
		}
		return s.in(chosen, at, value, has, rows, append(slices.Clip(order), n))
	}
	return here
}

// below looks among the fields of a group.
func (s *finder) below(fields []*forms.Field, here spot, pattern, at forms.Pointer, value any, rows string) spot {
	for i, f := range fields {
		if !f.Posted() {
			continue
		}
		rel := f.Pointer[len(pattern):]
		if to := at + rel; rel != "" && s.target.Within(to) {
			v, has := forms.Lookup(value, rel)
			return s.in(f, to, v, has, rows, append(slices.Clip(here.order), i+1))
		}
	}
	if s.target == at {
		return here
	}
	for i, f := range fields { // what a group has beyond its declared properties
		if f.Kind == forms.MapField && f.Pointer == pattern {
			return s.row(f, spot{field: f, at: at, owner: at, id: f.ID + rows, order: append(slices.Clip(here.order), i+1)}, at, value, rows)
		}
	}
	return here
}

// row looks among the rows on the page.
func (s *finder) row(f *forms.Field, here spot, at forms.Pointer, value any, rows string) spot {
	if s.target == at {
		return here
	}
	for _, r := range answers.Rows(f, at, value, s.typed) {
		to := at.Raw(r.Piece)
		if !s.target.Within(to) {
			continue
		}
		numbers := rows + "." + itoa(r.Number)
		row := spot{field: f, at: to, owner: to, id: f.ID + numbers + ".row", order: append(slices.Clip(here.order), r.Number)}
		if !r.Open {
			row.id = f.ID + numbers + ".open"
			return s.closed(row, f, value, r.Number)
		}
		v, has := rowValue(value, r)
		switch f.Kind {
		case forms.RowsField:
			return s.below(f.Children(), row, f.Pointer+"/*", to, v, numbers)
		case forms.TupleField:
			return s.in(f.Rest(), to, v, has, numbers, row.order)
		case forms.MapField:
			if s.target == to && s.ofName(to) {
				row.owner, row.id = nameOf(to), f.ID+numbers+".name"
				return row
			}
		}
		return s.in(f.Children()[0], to, v, has, numbers, row.order)
	}
	list, _ := value.([]any)
	n := position(s.target[len(at):].Tokens()[0])
	if _, summary := answers.SummaryOf(f, at, value, s.typed); !summary || n < 0 || n >= len(list) {
		return here
	}
	// A row that is not among the lines shown: the page names those in which something is wrong.
	here.order, here.owner = append(slices.Clip(here.order), -1, n), at.Index(n) // before the lines
	if s.wrong != "" {
		here.id += straySuffix
	}
	return s.closed(here, f, value, n)
}

// ofName reports whether it is the name of an entry that is wrong, and not its value.
func (s *finder) ofName(entry forms.Pointer) bool {
	switch s.wrong {
	case forms.NameMissing, forms.NameTaken:
		return true
	case forms.BadText:
		_, typed := s.typed[answers.EntryName(entry)]
		return typed
	}
	return false
}

// closed finds the field within a closed row, for its words; the row's button stays what leads to it.
func (s *finder) closed(row spot, f *forms.Field, value any, n int) spot {
	list, _ := value.([]any)
	open := s.below(f.Children(), row, f.Pointer+"/*", row.owner, list[n], "")
	row.field, row.at, row.owner, row.rows, row.row = open.field, open.at, open.owner, f, n
	return row
}

func rowValue(value any, r answers.Row) (any, bool) {
	if !r.Stored {
		return nil, false
	}
	switch x := value.(type) {
	case []any:
		if r.Number < len(x) {
			return x[r.Number], true
		}
	case map[string]any:
		v, ok := x[r.Name]
		return v, ok
	}
	return nil, false
}

// ControlID gives the id of the control at a pointer on the page that shows these answers, "" when the form has none there.
func ControlID(v *forms.View, typed forms.Typed, at forms.Pointer) string {
	s := &finder{typed: typed, target: at}
	return s.locate(v.Form.Pages, v).id
}

// Links gives the error summary of a page: every problem that stops, in the order of the page, leading to its control.
func (p *Page) Links(d PageData) []ui.ProblemLink { return p.links(d, false) }

func (p *Page) links(d PageData, soft bool) []ui.ProblemLink {
	type placed struct {
		ui.ProblemLink
		order []int
	}
	v := d.View
	if v == nil {
		v = &forms.View{}
	}
	var list []placed
	for _, problem := range d.Problems {
		if problem.Soft != soft {
			continue
		}
		found := p.find(v, d.Typed, problem)
		l := placed{order: found.order}
		l.Text = problemText(p.locale, p.form, found, problem)
		if found.page == p.page {
			l.Target = found.id
		}
		if found.page != nil && found.page != p.page {
			l.Text, l.order = ofRow(p.locale, found.page, l.Text), nil
		}
		if found.rows != nil {
			l.Text = p.locale.T("form.row-problem", "item", capital(itemName(found.rows, p.locale)), "n", found.row+1, "text", l.Text)
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		if len(a.order) == 0 || len(b.order) == 0 { // what stands nowhere on the page comes last
			return cmp.Compare(len(b.order), len(a.order))
		}
		return slices.Compare(a.order, b.order)
	})
	var out []ui.ProblemLink
	for _, l := range list {
		if !slices.Contains(out, l.ProblemLink) {
			out = append(out, l.ProblemLink)
		}
	}
	return out
}
