package renderer

import (
	"samtjanst/forms"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Reader says whose eyes a summary is for: the wall between parties runs through every list of answers.
type Reader uint8

// Readers.
const (
	// Party reads what all parties may, and nothing of anybody's own section: the common part of an application.
	Party Reader = iota
	// Self fills in or has filled in these answers: everything but what is the officer's alone to know of, when somebody
	// else gave it. What one gave oneself one always sees.
	Self
	// Officer reads everything.
	Officer
)

// SummarySection is a page of answers as they are read: before signing, on the case's page, in a PDF.
type SummarySection struct {
	Page  string // id, to change it
	Title string
	Own   bool // part of a party's own section
	Items []SummaryItem
	Parts []SummaryPart
}

// SummaryPart is one row of a repeating group, with its own heading.
type SummaryPart struct {
	Title string
	Items []SummaryItem
}

// SummaryItem is one question with its answer.
type SummaryItem struct {
	Pointer  forms.Pointer // concrete; "" for a fact
	Question string
	Answer   string // lines apart by "\n"; "" for no answer
	Fact     bool   // shown from a register, not answered
	Source   string // where a fact comes from, and when
	Files    []FileValue
	Lang     string // of the question, when the form is not translated to the reader's language
	Folded   bool   // asked only of those who have something to say ("Något stämmer inte"): no answer means nothing
}

// Summary pairs questions with answers, page by page, in the reader's language: what the view shows and the reader may
// see, nothing else. Pages without any line are left out.
func Summary(l *i18n.Locale, v *forms.View, to Reader, sources map[string]Source) []SummarySection {
	s := summary{locale: l, view: v, to: to, sources: sources}
	var out []SummarySection
	for _, p := range v.Pages {
		if p.Own && to == Party {
			continue
		}
		s.page = p
		s.section = SummarySection{Page: p.ID, Title: p.Title.In(l.Lang), Own: p.Own}
		var pattern, at forms.Pointer
		value := any(v.Answers)
		if p.IsInstance() {
			if to == Party && !forAll(p.Repeat) {
				continue
			}
			pattern, at = p.Repeat.Pointer+"/*", p.RowAt()
			value, _ = forms.Lookup(v.Answers, at)
			s.section.Title = l.T("form.page-of-row", "title", s.section.Title, "row", rowName(l, v, p))
		}
		for i, sec := range p.Sections {
			if v.ShowsSection(p, i) {
				s.fields(sec.Fields, pattern, at, value, &s.section.Items)
			}
		}
		if len(s.section.Items)+len(s.section.Parts) > 0 {
			out = append(out, s.section)
		}
	}
	return out
}

type summary struct {
	locale  *i18n.Locale
	view    *forms.View
	to      Reader
	sources map[string]Source
	page    *forms.Page
	section SummarySection
	heading string // of the row that is being read
}

// readable keeps the walls: an audience that is not this reader's leaves the line out whole, question and all.
func (s *summary) readable(f *forms.Field) bool {
	switch s.to {
	case Officer, Self:
		return true
	}
	return f.Audience == ""
}

func (s *summary) item(f *forms.Field) SummaryItem {
	item := SummaryItem{Question: problemLabel(s.locale, f, "")}
	if _, ok := f.Label[s.locale.Lang]; !ok && s.locale.Lang != i18n.Default {
		item.Lang = i18n.Default
	}
	if src, ok := s.sources[f.ID]; ok {
		item.Source = s.source(src)
	}
	return item
}

func (s *summary) fact(f *forms.Field, into *[]SummaryItem) {
	v := s.view.FactOn(s.page, f)
	item := s.item(f)
	item.Fact, item.Answer = true, FieldText(s.locale, f, v, nil)
	if m, ok := v.(map[string]any); ok && item.Source == "" {
		item.Source = s.source(Source{Name: scalar(m["source"]), Time: scalar(m["time"])})
	}
	*into = append(*into, item)
}

func (s *summary) source(src Source) string {
	switch {
	case src.Name == "":
		return ""
	case src.Time == "":
		return s.locale.T("form.fact-source-only", "source", src.Name)
	}
	return s.locale.T("form.fact-source", "source", src.Name, "time", src.Time)
}

// SummaryView makes the component of package ui. change gives the address that changes a page's answers, and nil leaves
// the links out, and with them what nobody had anything to say about.
func SummaryView(sections []SummarySection, change func(page string, at forms.Pointer) string) ui.Summary {
	var out ui.Summary
	rows := func(page string, items []SummaryItem) []ui.Row {
		list := make([]ui.Row, 0, len(items))
		for _, item := range items {
			if item.Folded && item.Answer == "" && change == nil {
				continue
			}
			r := ui.Row{Key: item.Question, Value: item.Answer, Source: item.Source, Empty: item.Answer == ""}
			if change != nil && !item.Fact {
				r.Change = change(page, item.Pointer)
			}
			list = append(list, r)
		}
		return list
	}
	for _, s := range sections {
		section := ui.Section{Title: s.Title, Rows: rows(s.Page, s.Items)}
		for _, p := range s.Parts {
			section.Parts = append(section.Parts, ui.Part{Title: p.Title, Rows: rows(s.Page, p.Items)})
		}
		if len(section.Rows)+len(section.Parts) > 0 {
			out.Sections = append(out.Sections, section)
		}
	}
	return out
}
