package proof

import (
	"slices"
	"strings"
	"time"

	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
)

// Speaker has the texts of a language; *i18n.Locale is one.
type Speaker interface {
	T(key string, args ...any) string
	Has(key string) bool
	DateTime(t time.Time) string
}

// Mark says how a line is meant.
type Mark string

// Marks.
const (
	Good Mark = "good"
	Bad  Mark = "bad"
	Note Mark = "note"
)

// Statement is a report in words.
type Statement struct {
	Mark     Mark
	Title    string // the answer
	Text     string // what it means, and what to do
	Sections []Section
}

// Section of a statement.
type Section struct {
	Title string
	Lines []Line
}

// Line is one thing that was found. Details say how.
type Line struct {
	Mark    Mark
	Text    string
	Details []Line
}

var verdictMarks = map[Verdict]Mark{VerdictHolds: Good, VerdictBroken: Bad}

var stateMarks = map[State]Mark{OK: Good, Broken: Bad, Missing: Bad}

func markOf[K comparable](marks map[K]Mark, k K) Mark {
	if m, ok := marks[k]; ok {
		return m
	}
	return Note
}

// Say puts the report into words.
func (r Report) Say(l Speaker) Statement {
	s := Statement{Mark: markOf(verdictMarks, r.Verdict), Title: l.T("verify.verdict." + string(r.Verdict) + ".title"), Text: l.T("verify.verdict." + string(r.Verdict) + ".text")}
	add := func(title string, lines []Line) {
		if len(lines) > 0 {
			s.Sections = append(s.Sections, Section{l.T(title), lines})
		}
	}
	add("verify.section.findings", r.sayFindings(l))
	add("verify.section.about", r.sayAbout(l))
	add("verify.section.signatures", r.saySignatures(l))
	add("verify.section.orders", r.sayOrders(l))
	add("verify.section.parts", r.sayParts(l))
	add("verify.section.protection", r.sayProtection(l))
	return s
}

// SayUnusable says why a file cannot be checked.
func SayUnusable(u Unusable, l Speaker) Statement {
	return Statement{Mark: Bad, Title: l.T("verify.unusable.title"), Text: l.T("verify.unusable." + string(u))}
}

func (r Report) sayFindings(l Speaker) (out []Line) {
	for _, f := range r.Findings {
		line := Line{Mark: Bad, Text: l.T("verify.found."+string(f.Code), "file", f.File)}
		if f.Code == FoundFormat || f.Code == FoundKey {
			line.Mark = Note
		}
		if f.Code == FoundSeal {
			line.Details = r.Seal.sayCode(l)
		}
		out = append(out, line)
	}
	return out
}

func (r Report) sayAbout(l Speaker) (out []Line) {
	if r.Reference == "" {
		return nil
	}
	copyOf := l.T("verify.about.authority")
	if r.Reader != "" {
		copyOf = l.T("verify.about.party", "party", r.nameOf(l, r.Reader))
	}
	return []Line{{Note, l.T("verify.about.reference", "reference", r.Reference), nil}, {Note, l.T("verify.about.form", "form", r.Form, "version", r.Version), nil},
		{Note, l.T("verify.about.made", "time", l.DateTime(r.Made)), nil}, {Note, copyOf, nil}}
}

// nameOf is the name in a party's certificate, or the party's number in the case when there is none here.
func (r Report) nameOf(l Speaker, p signing.PartyID) string {
	for _, s := range r.Signatures {
		if s.Party == p && s.Signed != nil {
			return s.Signed.Name
		}
	}
	return l.T("verify.party", "party", string(p))
}

func (r Report) namesOf(l Speaker, parties []signing.PartyID) string {
	var names []string
	for _, p := range parties {
		names = append(names, r.nameOf(l, p))
	}
	return strings.Join(names, ", ")
}

func (r Report) saySignatures(l Speaker) (out []Line) {
	for _, s := range r.Signatures {
		line := Line{Mark: markOf(stateMarks, s.State)}
		if g := s.Signed; g != nil {
			key := "verify.signed.ok"
			switch s.State {
			case UnknownRoot:
				key = "verify.signed.unknown-root"
			case Broken:
				key = "verify.signed.other-bytes"
			}
			line.Text = l.T(key, "name", g.Name, "number", g.Number.Dashed(), "time", l.DateTime(g.At), "method", method(l, g.Method), "level", level(l, g.Level))
		} else if s.State == Unchecked {
			line.Text = l.T("verify.signed.unchecked", "party", r.nameOf(l, s.Party), "format", string(s.Format))
		} else {
			line.Text = l.T("verify.signed.broken", "party", r.nameOf(l, s.Party), "file", s.File)
		}
		for _, c := range s.Checks {
			line.Details = append(line.Details, sayCheck(l, s.Format, c))
		}
		if g := s.Signed; g != nil {
			line.Details = append(line.Details, Line{Mark: Note, Text: l.T("verify.signed.manifest", "digest", s.Manifest)},
				Line{Mark: Note, Text: l.T(of(l, "verify.signed.issuer-", "verify.signed.issuer", s.Format), "issuer", g.Issuer)})
			if s.Call != nil {
				key := "verify.signed.call"
				if s.Call.Caller == callByPerson {
					key = "verify.signed.call-person"
				}
				line.Details = append(line.Details, Line{Mark: Note, Text: l.T(key, "officer", s.Call.Officer)})
			}
			if g.Anchor.Fingerprint != "" {
				line.Details = append(line.Details, r.sayAnchor(l, s)...)
			}
		}
		out = append(out, line)
	}
	return out
}

// callByPerson is the caller of a telephone call that the authority did not make.
const callByPerson = "person"

// of is the key of a text that some formats of evidence have one of their own for; the others share the general one.
func of(l Speaker, own, general string, f evidence.Format) string {
	if l.Has(own + string(f)) {
		return own + string(f)
	}
	return general
}

// sayAnchor says where the certificates of a signature lead. Identity providers exchange theirs, and publish only those that they have now: of
// one that is not trusted it says whom to ask, and what the authority whose seal holds did when the signature came.
func (r Report) sayAnchor(l Speaker, s Signature) (out []Line) {
	a := s.Signed.Anchor
	key := of(l, "verify.signed.root-", "verify.signed.root", s.Format)
	if !a.Known {
		key = of(l, "verify.signed.root-unknown-", "verify.signed.root-unknown", s.Format)
	}
	out = append(out, Line{Mark: Note, Text: l.T(key, "name", a.Name, "fingerprint", fingerprint(a.Fingerprint))})
	if ask := "verify.signed.ask-" + string(s.Format); !a.Known && l.Has(ask) {
		out = append(out, Line{Mark: Note, Text: l.T(ask, "time", l.DateTime(s.Recorded))})
		if r.Seal.State == SealHolds {
			out = append(out, Line{Mark: Note, Text: l.T("verify.signed.told-"+string(s.Format), "name", r.Seal.By, "time", l.DateTime(s.Recorded))})
		}
	}
	return out
}

func sayCheck(l Speaker, f evidence.Format, c Check) Line {
	line := Line{Mark: markOf(stateMarks, c.State), Text: l.T(of(l, "verify.step."+string(c.Step)+"-", "verify.step."+string(c.Step), f)) + ": " + l.T("verify.state."+string(c.State))}
	if key := "evidence." + string(c.Code); c.Code != "" && l.Has(key) {
		line.Details = []Line{{Mark: Bad, Text: l.T(key)}}
	}
	return line
}

// method is how somebody signed, in words; a provider's own word where there is none.
func method(l Speaker, m string) string {
	if key := "verify.method." + m; l.Has(key) {
		return l.T(key)
	}
	return m
}

// level is a level of assurance as part of a sentence.
func level(l Speaker, n int) string {
	if n == 0 {
		return l.T("verify.level-unknown")
	}
	return l.T("verify.level", "level", n)
}

// fingerprint in pairs, as certificates' owners print it.
func fingerprint(hex string) string {
	var out []string
	for pair := range slices.Chunk([]byte(strings.ToUpper(hex)), 2) {
		out = append(out, string(pair))
	}
	return strings.Join(out, ":")
}

func (r Report) sayOrders(l Speaker) (out []Line) {
	for _, o := range r.Orders {
		line := Line{Mark: Note, Text: l.T("verify.order.unmet")}
		switch {
		case o.Met && slices.ContainsFunc(o.Steps, func(s StepReport) bool { return s.Proven < s.Need }):
			line.Text = l.T("verify.order.met-told")
		case o.Met:
			line = Line{Mark: Good, Text: l.T("verify.order.met")}
		case o.Outcome == signing.Refused:
			line.Text = l.T("verify.order.refused")
		case o.Outcome == signing.Withdrawn:
			line.Text = l.T("verify.order.withdrawn")
		}
		if o.About != "" && l.Has("verify.order.about."+o.About) {
			line.Text = l.T("verify.order.about."+o.About) + " " + line.Text
		}
		for n, s := range o.Steps {
			line.Details = append(line.Details, Line{Mark: Note, Text: l.T("verify.order.step", "step", n+1, "need", s.Need, "of", s.Of, "proven", s.Proven, "told", s.Told)})
		}
		for _, p := range o.Places {
			name := p.Name
			if name == "" {
				name = r.nameOf(l, p.Party)
			}
			key := "verify.order.state." + string(p.State)
			if !l.Has(key) {
				key = "verify.order.state.waiting"
			}
			line.Details = append(line.Details, Line{Mark: Note, Text: name + ": " + l.T(key)})
		}
		out = append(out, line)
	}
	if len(out) > 0 && r.Seal.State != SealHolds {
		out = append(out, Line{Mark: Note, Text: l.T("verify.order.told")})
	}
	return out
}

func (r Report) sayParts(l Speaker) (out []Line) {
	for _, p := range r.Parts {
		what := p.File
		if what == "" {
			what = l.T("verify.part.other")
		}
		if p.Name != "" && !strings.HasSuffix(p.File, p.Name) {
			what += " (" + p.Name + ")"
		}
		line := Line{Mark: markOf(stateMarks, p.State), Text: what + ": " + l.T("verify.state."+string(p.State))}
		say := func(key string, parties []signing.PartyID) {
			if len(parties) > 0 {
				line.Details = append(line.Details, Line{Mark: Note, Text: l.T(key, "names", r.namesOf(l, parties))})
			}
		}
		say("verify.part.signed-by", p.SignedBy)
		say("verify.part.listed-by", p.ListedBy)
		if len(line.Details) == 0 && p.State == OK {
			line.Details = []Line{{Mark: Note, Text: l.T("verify.part.unsigned")}}
		}
		out = append(out, line)
	}
	return out
}

func (r Report) sayProtection(l Speaker) (out []Line) {
	list := func(mark Mark, key string, files []string) {
		if len(files) > 0 {
			out = append(out, Line{Mark: mark, Text: l.T(key, "files", strings.Join(files, ", "))})
		}
	}
	list(Good, "verify.protection.signatures", r.BySignatures)
	if r.Seal.State == SealHolds {
		list(Good, "verify.protection.sealed", r.BySealOnly)
	} else {
		list(Note, "verify.protection.checksums", r.BySealOnly)
	}
	if e := r.Events; e != nil {
		if e.State == OK {
			line := Line{Mark: Good, Text: l.T("verify.events.ok", "n", e.Count)}
			if e.Last != "" {
				line.Details = []Line{{Mark: Note, Text: l.T("verify.events.last", "hash", e.Last)}}
			}
			out = append(out, line)
		} else {
			out = append(out, Line{Mark: Bad, Text: l.T("verify.events.broken")})
		}
	}
	if r.Container == PDF {
		out = append(out, r.Seal.say(l))
	}
	return out
}

// say puts a seal into words.
func (s Seal) say(l Speaker) Line {
	line := Line{Mark: Note, Text: l.T("verify.seal." + string(s.State)), Details: s.sayCode(l)}
	switch s.State {
	case SealHolds:
		line.Mark = Good
	case SealBroken, SealUnsealed:
		line.Mark = Bad
	}
	note := func(key string, args ...any) {
		line.Details = append(line.Details, Line{Mark: Note, Text: l.T(key, args...)})
	}
	if s.By != "" {
		by := s.By
		if s.Number != "" {
			by += " (" + strings.TrimPrefix(s.Number, "NTRSE-") + ")"
		}
		note("verify.sealed.by", "name", by, "time", l.DateTime(s.At))
		if s.Stamped != "" {
			note("verify.sealed.stamped", "name", s.Stamped)
		} else {
			note("verify.sealed.unstamped")
		}
		note("verify.sealed.issuer", "issuer", s.Issuer)
	}
	if a := s.Anchor; a != nil {
		note("verify.signed.root-unknown", "name", a.Name, "fingerprint", fingerprint(a.Fingerprint))
	}
	if a := s.StampAnchor; a != nil {
		note("verify.sealed.stamp-unknown", "name", a.Name, "fingerprint", fingerprint(a.Fingerprint))
	}
	return line
}

// sayCode says which check of a broken seal failed.
func (s Seal) sayCode(l Speaker) []Line {
	if s.State != SealBroken || !l.Has("seal."+string(s.Code)) {
		return nil
	}
	return []Line{{Mark: Bad, Text: l.T("seal." + string(s.Code))}}
}
