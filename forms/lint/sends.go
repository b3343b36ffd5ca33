package lint

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// attachable is what can go with a decision that is sent on.
var attachable = []string{"decision", "answers", "attachments"}

// saidBefore are the placeholders of documents that follow on a decision: what was written to take it, as reasons, is in the decision alone.
var saidBefore = []string{"ground", "delegation", "reasons", "grants", "appeal"}

// sends checks where a decision is sent on, and which letters follow on it.
func (l *linter) sends() {
	m := &l.def.Meta
	if decides := len(m.Decision.Outcomes) > 0; !decides && len(m.Dispatch)+len(m.Letters) > 0 {
		at := "/dispatch"
		if len(m.Dispatch) == 0 {
			at = "/letters"
		}
		l.inForm(at, "add decision.outcomes", "something follows on a decision, and nothing is decided")
	}
	for i, d := range m.Dispatch {
		at := "/dispatch/" + strconv.Itoa(i)
		if d.To == "" || d.Title == "" {
			l.inForm(at, "say to and title: court, and what officers read", "a dispatch lacks to or title")
		}
		if d.Document == "" && len(d.Attach) == 0 {
			l.inForm(at, "say document or attach", "nothing is sent to %s", d.To)
		}
		for j, a := range d.Attach {
			if !slices.Contains(attachable, a) {
				l.inForm(at+"/attach/"+strconv.Itoa(j), "write "+strings.Join(attachable, ", "), "%q cannot go with it", a)
			}
		}
		for j, id := range d.Fulfils {
			if !slices.ContainsFunc(m.Limits, func(limit forms.Limit) bool { return limit.ID == id }) {
				l.inForm(at+"/fulfils/"+strconv.Itoa(j), "write the id of one of limits", "there is no limit %q", id)
			}
		}
		l.named(d.Document, at+"/document")
		l.says(d.Document, saidBefore, "it is said in the decision, which goes along")
	}
	seen := map[string]bool{}
	for i, letter := range m.Letters {
		at := "/letters/" + strconv.Itoa(i)
		if letter.ID == "" || letter.Title == "" || letter.To == "" || letter.Document == "" {
			l.inForm(at, "say id, title, to and document", "a letter lacks id, title, to or document")
		}
		if seen[letter.ID] {
			l.inForm(at+"/id", "give each letter an id of its own", "a second letter %q", letter.ID)
		}
		seen[letter.ID] = true
		l.named(letter.Document, at+"/document")
		l.says(letter.Document, saidBefore, "it is said in the decision")
		l.keeps(letter.Document)
	}
	l.keeps(m.Decision.Template)
}

// says finds placeholders that a document cannot have.
func (l *linter) says(name string, not []string, mend string) {
	l.holes(name, func(hole string) (what, how string) {
		if slices.Contains(not, hole) {
			return "{{" + hole + "}} is not known when this is written", mend
		}
		return "", ""
	})
}

// keeps finds what is the officer's alone in a document that others read: where a child is kept hidden, who reported.
func (l *linter) keeps(name string) {
	l.holes(name, func(hole string) (what, how string) {
		computed, is := strings.CutPrefix(hole, "computed.")
		if !is {
			return "", ""
		}
		if secret := l.officers(l.def.Meta.Computed[computed], map[string]bool{}); secret != "" {
			return "{{" + hole + "}} reads " + secret + ", which is the officer's alone", "compute it without that, or leave it out"
		}
		return "", ""
	})
}

// holes goes through the placeholders of a document in all its languages.
func (l *linter) holes(name string, judge func(hole string) (what, mend string)) {
	for lang, text := range l.def.Documents[name] {
		for i, line := range strings.Split(text, "\n") {
			for _, m := range placeholder.FindAllStringSubmatchIndex(line, -1) {
				if what, mend := judge(line[m[2]:m[3]]); what != "" {
					l.diags = append(l.diags, forms.Diagnostic{File: documentFile(name, lang), Line: i + 1, Column: len([]rune(line[:m[0]])) + 1, What: what, Mend: mend})
				}
			}
		}
	}
}

// officers follows an expression to an answer that only officers read, "" when there is none.
func (l *linter) officers(text string, seen map[string]bool) string {
	p, err := l.language.Compile(text)
	if text == "" || err != nil {
		return "" // told by expressions
	}
	for _, r := range p.Reads() {
		tokens := r.Tokens()
		switch {
		case tokens[0] == "computed":
			for name, inner := range l.def.Meta.Computed {
				if (len(tokens) == 1 || tokens[1] == name) && !seen[name] {
					seen[name] = true
					if secret := l.officers(inner, seen); secret != "" {
						return secret
					}
				}
			}
		case tokens[0] == "answers":
			at := forms.Pointer(strings.TrimPrefix(string(r), "/answers"))
			for pointer, f := range l.form.Fields {
				if f.Audience == "officer" && pointer.Overlaps(at) {
					return string(pointer)
				}
			}
		}
	}
	return ""
}

// decisionKind checks what names those who may decide.
func (l *linter) decisionKind(s *forms.DecisionSigning) {
	if s.Kind != "" && (strings.Trim(s.Kind, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || s.Kind[0] < 'a') {
		l.inForm("/decision/sign/kind", "write it as lvu-6", "%q cannot stand in a delegation list", s.Kind)
	}
	if s.Elected && s.Kind == "" {
		l.inForm("/decision/sign/elected", "say kind: what mandates name", "who is elected to decide is found by the kind of decision, and there is none")
	}
}
