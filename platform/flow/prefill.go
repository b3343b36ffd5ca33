package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/vault"
)

// Sources of facts.
const sourceManual = "manual"

// jsonValue turns any value that JSON can hold into JSON values with exact numbers.
func jsonValue(v any) any {
	raw, err := canon.Marshal(v)
	if err != nil {
		return nil // settings come from strictly decoded YAML: only a map with keys that are no strings ends here
	}
	out, err := canon.Parse(raw)
	if err != nil {
		return nil
	}
	return out
}

// Fact sources that a form may name in prefill.
const (
	applicantSource    = "applicant"
	guardianshipSource = "guardianship"
)

// prefill asks the register for what the form's sources name, and for no more: the applicant; the children he or she is guardian of, and
// their guardians. When the register does not answer the facts say so ("manual") and hold only what the login told, as they do, without
// saying so, when there was nothing to ask.
//
// The shape is what forms read under /facts. "self" is whoever fills in: here the applicant, in the own section of a case the party. Nobody's address but the applicant's own is in it, and of somebody protected nothing but
// the number is.
func (s *Service) prefill(ctx context.Context, t *directory.Tenant, who idno.Number, name, ref string, sources []string) (map[string]any, error) {
	now := s.Clock.Now()
	facts := map[string]any{
		"source":       sourceManual,
		"at":           now.Format(time.RFC3339),
		"municipality": map[string]any{"id": string(t.ID), "name": t.Name, "code": t.Code},
		"applicant":    map[string]any{"number": who.Digits(), "name": name, "hidden": false},
		"self":         map[string]any{"number": who.Digits(), "name": name, "hidden": false},
		"children":     []any{},
	}
	children := slices.Contains(sources, guardianshipSource)
	if !children && !slices.Contains(sources, applicantSource) {
		facts["source"] = ""
		return facts, nil
	}
	family, err := s.family(ctx, who, "prefill", ref, children)
	if errors.Is(err, fault.Unavailable) || errors.Is(err, fault.Invalid) { // refused is our trouble with the register, not the citizen's
		s.Log.ErrorContext(ctx, "no register: facts are entered by hand", "draft", ref, "error", err)
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	facts["source"], facts["at"] = family.source, family.at.Format(time.RFC3339)
	facts["applicant"] = applicantFacts(family.applicant, who, name)
	facts["self"] = facts["applicant"]
	list := []any{}
	for _, c := range family.children {
		list = append(list, childFacts(c, family, now))
	}
	facts["children"] = list
	return facts, nil
}

type family struct {
	applicant population.Person // zero Number when the register does not know the person
	children  []population.Person
	guardians population.Answer // everybody who is guardian of any of the children
	source    string
	at        time.Time
}

// family is at most three questions: the applicant, and when they are wanted the children, the children's guardians.
func (s *Service) family(ctx context.Context, who idno.Number, purpose, ref string, children bool) (family, error) {
	ask := func(ns ...idno.Number) (population.Answer, error) {
		return s.Register.Lookup(ctx, population.Question{Numbers: ns, Purpose: purpose, Ref: ref})
	}
	first, err := ask(who)
	if err != nil {
		return family{}, fault.Wrap("flow.family", err)
	}
	f := family{source: first.Source, at: first.At}
	me, ok := first.Find(who)
	if !ok {
		return f, nil
	}
	f.applicant = me
	kids := slices.DeleteFunc(related(me, population.GuardianFor), idno.Number.IsZero)
	if me.Protection.Hidden() || len(kids) == 0 || !children {
		return f, nil
	}
	second, err := ask(kids...)
	if err != nil {
		return family{}, fault.Wrap("flow.family", err)
	}
	var guardians []idno.Number
	for _, k := range kids {
		child, ok := second.Find(k)
		if !ok || child.Gone() {
			continue
		}
		f.children = append(f.children, child)
		for _, g := range related(child, population.Guardian) {
			if !g.IsZero() && !slices.Contains(guardians, g) {
				guardians = append(guardians, g)
			}
		}
	}
	if len(guardians) == 0 {
		return f, nil
	}
	f.guardians, err = ask(guardians...)
	return f, fault.Wrap("flow.family", err)
}

// related lists those to whom somebody has a relation; a zero number is somebody who never had one in Sweden.
func related(p population.Person, kind population.RelationKind) []idno.Number {
	var out []idno.Number
	for _, r := range p.Relations {
		if r.Kind == kind && r.Gone == "" {
			out = append(out, r.To)
		}
	}
	return out
}

func applicantFacts(p population.Person, who idno.Number, name string) map[string]any {
	if p.Number.IsZero() {
		return map[string]any{"number": who.Digits(), "name": name, "hidden": false, "unknown": true}
	}
	if p.Protection.Hidden() {
		return map[string]any{"number": who.Digits(), "hidden": true}
	}
	return map[string]any{
		"number": p.Number.Digits(), "name": p.Name(), "given": p.CalledName, "surname": p.Surname, "hidden": false,
		"municipality": p.Municipality,
		"address": map[string]any{"careOf": p.Address.CareOf, "street": p.Address.Street, "extra": p.Address.Extra,
			"postalCode": postalCode(p.Address.PostalCode), "city": p.Address.City, "property": p.Address.Property},
	}
}

// postalCode is written as on envelopes: NNN NN.
func postalCode(five string) string {
	if len(five) != 5 {
		return five
	}
	return five[:3] + " " + five[3:]
}

func childFacts(c population.Person, f family, now time.Time) map[string]any {
	guardians := []any{}
	for _, n := range related(c, population.Guardian) {
		g, known := f.guardians.Find(n)
		switch {
		case n.IsZero(): // a guardian all the same: reached by letter, signs on paper
			guardians = append(guardians, map[string]any{"number": "", "name": "Vårdnadshavare utan svenskt personnummer", "hidden": false, "gone": false})
		case !known || g.Protection.Hidden(): // somebody the register does not answer for is protected until it does
			guardians = append(guardians, map[string]any{"number": n.Digits(), "hidden": true, "gone": known && g.Gone()})
		default:
			guardians = append(guardians, map[string]any{"number": g.Number.Digits(), "name": g.Name(), "hidden": false, "gone": g.Gone()})
		}
	}
	if c.Protection.Hidden() {
		return map[string]any{"number": c.Number.Digits(), "hidden": true, "guardians": guardians}
	}
	return map[string]any{
		"number": c.Number.Digits(), "name": c.Name(), "given": c.CalledName, "hidden": false, "deregistered": c.Deregistered,
		"age": json.Number(strconv.Itoa(c.Number.AgeAt(now))), "municipality": c.Municipality,
		"sameHome":  f.applicant.Address.Key != "" && c.Address.Key == f.applicant.Address.Key,
		"guardians": guardians,
	}
}

// guard asks the register again about everybody in the case, before something is shown or sent that could reveal anything.
// It gives the code of what it found: "" when all is as it was, "protected", or "custody" when a party is no longer guardian or somebody
// else has become one. fault.Unavailable when the register does not answer: the caller fails closed.
func (s *Service) guard(ctx context.Context, e *vault.Entry, purpose string) (string, error) {
	c := &e.Case
	if c.Guarded {
		return "protected", nil
	}
	var numbers []idno.Number
	for _, p := range c.Parties {
		if !p.Number.IsZero() {
			numbers = append(numbers, p.Number)
		}
	}
	numbers = append(append(numbers, c.Children...), c.Named...)
	if len(numbers) == 0 {
		return "", nil // handed in without login: there is nobody to ask about
	}
	answer, err := s.Register.Lookup(ctx, population.Question{Numbers: numbers, Purpose: purpose, Ref: string(c.ID)})
	if errors.Is(err, fault.Invalid) { // refused: our trouble with the register, and nothing is known all the same
		return "", fault.New("flow.guard", fault.Unavailable, err)
	}
	if err != nil {
		return "", fault.Wrap("flow.guard", err)
	}
	for _, n := range numbers {
		p, ok := answer.Find(n)
		if !ok && n.Kind() == idno.Coordination {
			continue // the register may not hold coordination numbers; custody is checked from the child's side
		}
		if !ok || p.Protection.Hidden() {
			return "protected", nil
		}
	}
	for _, n := range c.Children {
		child, _ := answer.Find(n)
		now := related(child, population.Guardian)
		for _, p := range c.Parties {
			if c.Guards(&p) && !slices.ContainsFunc(now, func(g idno.Number) bool { return same(answer, g, p.Number) }) {
				return "custody", nil
			}
		}
		if c.OneGuardian {
			continue
		}
		for _, g := range now {
			if !slices.Contains(c.Absent, g) && !slices.ContainsFunc(c.Parties, func(p casework.Party) bool { return same(answer, g, p.Number) }) {
				return "custody", nil
			}
		}
	}
	return "", nil
}

// same reports whether two numbers are one person, the one having replaced the other.
func same(a population.Answer, x, y idno.Number) bool {
	if x == y {
		return true
	}
	p, okX := a.Find(x)
	q, okY := a.Find(y)
	return okX && okY && p.Number == q.Number
}
