package renderer

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// How each kind of field is read: the tree of fields is followed along the answers, as a page is.

// fields reads what stands at a place: pattern and at are the field's pointer and the concrete one that the fields stand below.
func (s *summary) fields(fields []*forms.Field, pattern, at forms.Pointer, value any, into *[]SummaryItem) {
	for _, f := range fields {
		if !f.Posted() {
			if f.Kind == forms.FactField && s.readable(f) && s.view.ShowsOn(s.page, f) {
				s.fact(f, into)
			}
			continue
		}
		rel := f.Pointer[len(pattern):]
		v, has := forms.Lookup(value, rel)
		s.field(f, at+rel, v, has, into)
	}
}

func (s *summary) field(f *forms.Field, at forms.Pointer, value any, has bool, into *[]SummaryItem) {
	if f.Kind == forms.FixedField || !s.readable(f) || !s.view.ShowsAt(f, at) {
		return
	}
	switch {
	case !answers.Present(f, value, has):
		item := s.item(f)
		item.Pointer, item.Folded = at, true
		*into = append(*into, item)
	case f.WriteOnly:
		s.line(f, at, value, has, into)
	case f.Kind == forms.GroupField:
		s.fields(f.Children(), f.Pointer, at, value, into)
	case f.Kind == forms.TupleField:
		s.fields(f.Children(), f.Pointer, at, value, into)
		if rest := f.Rest(); rest != nil {
			s.rows(f, at, value, into)
		}
	case f.Kind == forms.VariantField:
		s.variant(f, at, value, has, into)
	case f.Kind == forms.RowsField, f.Kind == forms.MapField, f.Kind == forms.ListField && f.Children()[0].Kind.Holds():
		if s.rows(f, at, value, into) == 0 {
			item := s.item(f)
			item.Pointer, item.Folded = at, f.Kind == forms.MapField
			*into = append(*into, item)
		}
	default:
		s.line(f, at, value, has, into)
	}
}

// line is one question with its answer.
func (s *summary) line(f *forms.Field, at forms.Pointer, value any, has bool, into *[]SummaryItem) {
	item := s.item(f)
	if item.Source == "" {
		item.Source = OriginText(s.locale, s.view, f, at)
	}
	item.Fact = s.view.FromRegister(f, at)
	item.Folded = f.Widget == "details"
	item.Pointer, item.Answer = at, FieldText(s.locale, f, value, s.view.OptionsAt(f, at))
	switch {
	case f.WriteOnly:
		if item.Answer = ""; has {
			item.Answer = s.locale.T("form.kept")
		}
	case has && value == nil:
		item.Answer = s.locale.T("form.null")
	case f.Kind == forms.FilesField:
		item.Files = files(value)
	}
	*into = append(*into, item)
}

// rows gives each row a heading of its own, each entry of a map its name, and tells how many there are.
func (s *summary) rows(f *forms.Field, at forms.Pointer, value any, into *[]SummaryItem) int {
	rows := storedRows(f, value)
	outer := s.heading
	defer func() { s.heading = outer }()
	for _, r := range rows {
		v, has := rowValue(value, r)
		to := at.Raw(r.Piece)
		child := f.Rest()
		if f.Kind != forms.TupleField {
			child = f.Children()[0]
		}
		title := s.locale.T("form.row-title", "item", capital(itemName(f, s.locale)), "n", r.Number+1)
		if f.Kind == forms.MapField {
			title = r.Name
		}
		if f.Kind != forms.RowsField && !child.Kind.Holds() { // a line of its own says it all
			n := len(*into)
			s.field(child, to, v, has, into)
			if len(*into) > n {
				(*into)[n].Question = title
			}
			continue
		}
		if outer != "" {
			title = outer + ", " + strings.ToLower(title[:1]) + title[1:]
		}
		s.heading = title
		part := len(s.section.Parts)
		s.section.Parts = append(s.section.Parts, SummaryPart{Title: title})
		var items []SummaryItem
		if f.Kind == forms.RowsField {
			s.fields(f.Children(), f.Pointer+"/*", to, v, &items)
		} else {
			s.field(child, to, v, has, &items)
		}
		s.section.Parts[part].Items = items
	}
	return len(rows)
}

// variant reads the chosen shape. A shape of several questions is named first.
func (s *summary) variant(f *forms.Field, at forms.Pointer, value any, has bool, into *[]SummaryItem) {
	n := answers.Chosen(f, at, value, has, nil)
	if n < 0 {
		item := s.item(f)
		item.Pointer = at
		if has && value != nil {
			item.Answer = answers.Text(&forms.Field{Kind: forms.JSONField}, value) // it has none of the shapes
		}
		*into = append(*into, item)
		return
	}
	chosen, from := f.Variants[n].Field(), len(*into)
	name := variantNames(s.locale, f)[n]
	if chosen == nil || chosen.Kind.Holds() || chosen.Kind == forms.FixedField || chosen.Kind == forms.NullField {
		item := s.item(f)
		item.Pointer, item.Answer = at, name
		*into = append(*into, item)
		if chosen != nil && chosen.Kind.Holds() {
			s.field(chosen, at, value, has, into)
		}
		return
	}
	s.field(chosen, at, value, has, into)
	if len(*into) > from && chosen.Label.IsZero() {
		(*into)[from].Question = problemLabel(s.locale, f, "")
	}
}
