package flow

import (
	"samtjanst/forms"
	"samtjanst/renderer"
	"samtjanst/renderer/pdf"
)

// pair is a question with its answer; a row of a repeating group begins with its own title and no answer.
type pair struct{ Question, Answer string }

// answered is a page of answers in the authority's language.
type answered struct {
	Title string
	Pairs []pair
}

// read is what a reader may see of a view, in Swedish: own is whether it is the pages of the own section, or the others.
func (s *Service) read(v *forms.View, to renderer.Reader, own bool) []answered {
	var out []answered
	for _, sec := range renderer.Summary(s.Texts.In("sv"), v, to, nil) {
		if sec.Own != own {
			continue
		}
		a := answered{Title: sec.Title, Pairs: pairs(sec.Items)}
		for _, p := range sec.Parts {
			a.Pairs = append(a.Pairs, pair{Question: p.Title})
			a.Pairs = append(a.Pairs, pairs(p.Items)...)
		}
		if len(a.Pairs) > 0 {
			out = append(out, a)
		}
	}
	return out
}

func pairs(items []renderer.SummaryItem) []pair {
	var out []pair
	for _, it := range items {
		if it.Source != "" && it.Answer != "" { // whose word it is: a register's or the person's own
			it.Answer += " (" + it.Source + ")"
		}
		out = append(out, pair{it.Question, it.Answer})
	}
	return out
}

// signed is what a party reads and signs: the common part and the own section.
func (s *Service) signed(v *CaseView) []answered {
	out := s.read(v.View, renderer.Party, false)
	if v.Own != nil {
		out = append(out, s.read(v.Own, renderer.Self, true)...)
	}
	return out
}

func blocksOf(list []answered, level int) []pdf.Block {
	var out []pdf.Block
	for _, a := range list {
		out = append(out, pdf.Heading{Level: level, Text: pdf.Text(a.Title)})
		var kv pdf.KeyValue
		for _, p := range a.Pairs {
			if p.Answer == "" {
				p.Answer = "–"
			}
			kv = append(kv, pdf.Pair{Key: pdf.Text(p.Question), Value: pdf.Text(p.Answer)})
		}
		out = append(out, kv)
	}
	return out
}
