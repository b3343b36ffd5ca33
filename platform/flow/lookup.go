package flow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/vault"
)

// Lookup is a register that a person asks from a form, by pressing a button. Each stands in Service.Lookups under the name by which
// forms know it ("company"); a register of properties or addresses is another.
type Lookup interface {
	// Ask asks about one key. What is not there is an answer. Faults: Unavailable (no answer that can be used), Invalid (refused: our
	// trouble with the register).
	Ask(ctx context.Context, q LookupQuestion) (forms.LookupReply, error)
	// Source is the register's name as people know it, for when it did not answer.
	Source() string
	// Gives lists the names of the values that the register tells.
	Gives() []string
}

// LookupQuestion says what is asked about, by whom and why.
type LookupQuestion struct {
	Key          string        // the field's value
	Who          []idno.Number // the numbers of the person who asks
	Municipality Municipality  // whose form it is
	Purpose      string        // for the log: "livsmedelsregistrering-lookup"
	Ref          string        // the draft
}

// Municipality is one as registers know it.
type Municipality struct {
	Code string // kommunkod, four digits
	Name string // "Ekköping"
}

// registers names those that can be asked.
func (s *Service) registers() map[string]bool {
	out := make(map[string]bool, len(s.Lookups))
	for name := range s.Lookups {
		out[name] = true
	}
	return out
}

// CheckLookups reports the first look-up of a published form that its register cannot serve. A register that is not configured is no mistake:
// its button is not shown, and the form is filled in by hand.
func (s *Service) CheckLookups(form string, h Head) error {
	for _, from := range slices.Sorted(maps.Keys(h.Registers)) {
		if s.Lookups[from] == nil {
			continue
		}
		gives := s.Lookups[from].Gives()
		for _, name := range h.Registers[from] {
			if !slices.Contains(gives, name) {
				return fault.Newf("flow.CheckLookups", fault.Invalid, "form %s: the register %s does not tell %q; it tells %q", form, from, name, gives)
			}
		}
	}
	return nil
}

// registersOf are the registers that a form's fields ask, and what they are filled with from each, in order.
func registersOf(f *forms.Form) map[string][]string {
	var out map[string][]string
	for _, field := range f.Fields {
		if l := field.Lookup; l != nil {
			if out == nil {
				out = map[string][]string{}
			}
			out[l.From] = slices.AppendSeq(out[l.From], maps.Keys(l.Fills))
		}
	}
	for from, names := range out {
		slices.Sort(names)
		out[from] = slices.Compact(names)
	}
	return out
}

// lookUp asks the register of a field about what a saved page has in it, and keeps what it says. v is the page as it was saved: it is given
// back with a problem when there is nothing to ask about.
func (s *Service) lookUp(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, v *DraftView, post Post, got answers.Decoded) (Saved, error) {
	began := s.Clock.Now()
	same := Saved{Next: post.Page, View: v}
	button := slices.IndexFunc(got.Lookups, func(l answers.LookupAt) bool { return l.Posted == got.At })
	if a.Guest != nil || button < 0 || d.Case != "" {
		return same, nil // no page has such a button
	}
	f, at := got.Lookups[button].Field, got.Lookups[button].At
	same.Asked = at
	v.Problems = s.askable(g, v, post.Page, at, got.Problems)
	if len(v.Problems) > 0 {
		return same, nil
	}
	key, _ := text(d.Answers, at)
	// Of presses at the same time one asks; the others find what it was told.
	defer s.asking.lock(d.ID)()
	owners, err := s.owners(a)
	if err != nil {
		return Saved{}, err
	}
	if d, err = s.Vault.LoadDraft(ctx, d.ID, owners...); err != nil {
		return Saved{}, err
	}
	who, numbers := s.asker(a, d)
	if r, told := forms.LookedUp(f, at, d.Answers, d.Facts); !told || r.At.Before(began) {
		if !s.lookups.take(who, began) {
			v.Problems = []forms.Problem{{Pointer: at, Code: forms.LookupTooOften}}
			return same, nil
		}
		reply := s.ask(ctx, f.Lookup.From, LookupQuestion{Key: key, Who: numbers,
			Municipality: Municipality{Code: sv.Tenant.Code, Name: sv.Tenant.Name}, Purpose: d.Form + "-lookup", Ref: d.ID})
		if d, err = s.keepReply(ctx, a, d, g, sv, f, at, key, reply); err != nil {
			return Saved{}, err
		}
	}
	after, _, err := s.viewOf(ctx, a, d, g, sv, nil, post.Page)
	if err != nil {
		return Saved{}, err
	}
	after.Typed, after.Return = got.Typed, post.Return
	return Saved{Next: post.Page, View: after, Asked: at}, nil
}

// asker is who asks a register, by a name for counting how often, and by the numbers that the register may tell of. An officer asks about
// others, and has none.
func (s *Service) asker(a identity.Actor, d *vault.Draft) (who string, numbers []idno.Number) {
	if a.Staff != nil {
		return string(s.Vault.StaffOwner(a.Staff.Subject)), nil
	}
	return s.Vault.PersonToken(d.Owner), a.Citizen.Numbers()
}

// pick takes the choices that were picked on a posted page for what the registers said, into the draft. It gives what is wrong when the
// button beside some choices was pressed and none of them was picked. A mark is a pick when the person presses that button, goes on or leaves:
// a page that saves itself picks nothing, since it goes on showing what there was to pick from.
func (s *Service) pick(d *vault.Draft, g *Graph, sv ServiceView, post Post, got answers.Decoded) (picked bool, problem *forms.Problem, err error) {
	if d.Case != "" {
		return false, nil, nil
	}
	for _, l := range got.Lookups {
		if got.Op != answers.OpContinue && got.Op != answers.OpSave && (got.Op != answers.OpPick || got.At != l.Posted) {
			continue
		}
		took := false
		if id := post.Values.Get(answers.Pick(l.Posted)); id != "" {
			if d.Answers, d.Facts, took, err = g.PickLookup(s.scope(d, sv, nil), l.Field, l.At, id); err != nil {
				return false, nil, fault.Wrap("flow.pick", err)
			}
		}
		if r, asked := forms.LookedUp(l.Field, l.At, d.Answers, d.Facts); !took && got.Op == answers.OpPick && asked && r.Status == forms.LookupChoose {
			problem = &forms.Problem{Pointer: l.At, Code: forms.LookupNoPick}
		}
		picked = picked || took
	}
	return picked, problem, nil
}

// askable gives what is wrong with what stands at a place: what could not be read, and what validation says of it.
func (s *Service) askable(g *Graph, v *DraftView, page string, at forms.Pointer, decoded []forms.Problem) []forms.Problem {
	var out []forms.Problem
	for _, p := range forms.MergeProblems(decoded, g.Validate(v.View, page)) {
		if p.Pointer == at && !p.Soft {
			out = append(out, p)
		}
	}
	if _, has := text(v.View.Answers, at); !has && len(out) == 0 {
		out = append(out, forms.Problem{Pointer: at, Code: forms.Required})
	}
	return out
}

func text(answers map[string]any, at forms.Pointer) (string, bool) {
	v, _ := forms.Lookup(answers, at)
	s, ok := v.(string)
	return s, ok && s != ""
}

// ask asks a register. One that does not answer is an answer to the person all the same: fill in yourself.
func (s *Service) ask(ctx context.Context, from string, q LookupQuestion) forms.LookupReply {
	register := s.Lookups[from]
	if register == nil { // the form was published where there was one
		return forms.LookupReply{Status: forms.LookupUnavailable, At: s.Clock.Now()}
	}
	reply, err := register.Ask(ctx, q)
	if err != nil {
		s.Log.ErrorContext(ctx, "no register: the look-up is filled in by hand", "register", from, "draft", q.Ref, "error", err)
		return forms.LookupReply{Status: forms.LookupUnavailable, Source: register.Source(), At: s.Clock.Now()}
	}
	if reply.At.IsZero() { // nothing was asked
		reply.At = s.Clock.Now()
	}
	return reply
}

// keepReply writes what the register said into the draft, as it stands now: somebody may have saved it meanwhile. When the key has been
// changed since, what was said is about something else and is dropped.
func (s *Service) keepReply(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, f *forms.Field, at forms.Pointer, key string, reply forms.LookupReply) (*vault.Draft, error) {
	for attempt := 0; ; attempt++ {
		if now, _ := text(d.Answers, at); now != key {
			return d, nil
		}
		var err error
		if d.Answers, d.Facts, err = g.TakeLookup(s.scope(d, sv, nil), f, at, key, reply); err != nil {
			return nil, fault.Wrap("flow.keepReply", err)
		}
		if err = s.Vault.SaveDraft(ctx, d); err == nil {
			return d, nil
		}
		if !errors.Is(err, fault.Conflict) || attempt == retries {
			return nil, err
		}
		owners, err := s.owners(a)
		if err != nil {
			return nil, err
		}
		if d, err = s.Vault.LoadDraft(ctx, d.ID, owners...); err != nil {
			return nil, err
		}
	}
}

// How often one person may ask registers from forms: a few tries at once, then one now and then. A form is not a way to read a register
// from end to end.
const (
	lookupBurst = 10
	lookupEvery = 20 * time.Second
	maxAskers   = 4096
)

// askers bounds how often each person asks. Who they are is a keyed hash. The zero value is ready.
type askers struct {
	mu   sync.Mutex
	left map[string]*rate.Limiter
}

func (l *askers) take(who string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == nil {
		l.left = map[string]*rate.Limiter{}
	}
	if len(l.left) >= maxAskers {
		maps.DeleteFunc(l.left, func(_ string, b *rate.Limiter) bool { return b.TokensAt(now) >= lookupBurst })
	}
	mine := l.left[who]
	if mine == nil {
		mine = rate.NewLimiter(rate.Every(lookupEvery), lookupBurst)
		l.left[who] = mine
	}
	return mine.AllowN(now, 1)
}
