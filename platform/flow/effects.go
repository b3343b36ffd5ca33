package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/ridelist"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/vault"
)

// platformName stands in the event list where nobody in person did it.
const platformName = "Samtjänst"

// leaseTime is how long one effect may take before somebody else may try it.
const leaseTime = 2 * time.Minute

// waits are the pauses after failed attempts; the last repeats. After noticeable attempts the officer sees it.
var waits = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}

const noticeable = 4

// Due gives the cases that have something to do now.
func (s *Service) Due(ctx context.Context, limit int) ([]casework.ID, error) {
	ids, err := s.Vault.Store.DueCases(ctx, s.Clock.Now(), limit)
	if err != nil {
		return nil, fault.Wrap("flow.Due", err)
	}
	out := make([]casework.ID, len(ids))
	for i, id := range ids {
		out[i] = casework.ID(id)
	}
	return out, nil
}

// TakeOver frees what an earlier process had leased when it died. It is for a store that this process has alone.
func (s *Service) TakeOver(ctx context.Context) error {
	now := s.Clock.Now()
	ids, err := s.Vault.Store.DueCases(ctx, now.Add(leaseTime), takeOverMost)
	if err != nil {
		return fault.Wrap("flow.TakeOver", err)
	}
	for _, id := range ids {
		_, err := s.change(ctx, casework.ID(id), s.stamp(bySystem, platformName), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
			for _, f := range e.Case.Effects {
				if f.Lease.After(now) {
					return casework.Released{}, nil, nil
				}
			}
			return nil, nil, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// takeOverMost is far more than runs at once; what is left is free when its lease ends.
const takeOverMost = 1000

// RunDue runs what is due in one case. Each effect is leased by a save, so that of several runners one does it; if that one dies it
// is done again after the lease, under the same id. It says how many were run.
func (s *Service) RunDue(ctx context.Context, id casework.ID) (int, error) {
	for n := 0; ; n++ {
		e, err := s.Vault.Load(ctx, id)
		if err != nil {
			return n, err
		}
		f, ok := nextDue(&e.Case, s.Clock.Now())
		if !ok {
			return n, nil
		}
		err = s.apply(ctx, e, casework.Leased{Effect: f.ID, Until: s.Clock.Now().Add(leaseTime)}, s.stamp(bySystem, platformName), nil)
		if errors.Is(err, fault.Conflict) {
			return n, nil // somebody else is at it
		}
		if err != nil {
			return n, err
		}
		if err := s.run(ctx, e, f); err != nil {
			return n, err
		}
	}
}

func nextDue(c *casework.Case, now time.Time) (casework.Effect, bool) {
	for _, f := range c.Effects {
		if !f.At.After(now) && !f.Lease.After(now) {
			return f, true
		}
	}
	return casework.Effect{}, false
}

// run does one effect and lets the case know what came of it.
func (s *Service) run(ctx context.Context, e *vault.Entry, f casework.Effect) error {
	ev, blobs, err := s.do(ctx, e, f)
	if err != nil {
		wait := waits[min(f.Attempts, len(waits)-1)]
		ev, blobs = casework.EffectFailed{Effect: f.ID, Code: fault.KindOf(err).String(), Next: s.Clock.Now().Add(wait),
			GiveUp: f.Attempts+1 >= noticeable || errors.Is(err, fault.Invalid) || e.Case.Urgent(f)}, nil
		s.Log.WarnContext(ctx, "effect failed", "effect", f.ID, "kind", f.Kind, "attempt", f.Attempts+1, "error", err)
	}
	_, err = s.change(ctx, e.Case.ID, s.stamp(bySystem, platformName), func(now *vault.Entry) (casework.Event, []vault.Blob, error) {
		for _, p := range now.Case.Effects {
			if p.ID == f.ID {
				return ev, blobs, nil
			}
		}
		return nil, nil, nil // cancelled meanwhile: the party signed while the reminder went out
	})
	return err
}

func (s *Service) do(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, []vault.Blob, error) {
	switch f.Kind {
	case casework.EffectNumber:
		return s.claimNumber(ctx, e, f)
	case casework.EffectReceipt, casework.EffectInvite, casework.EffectRemind, casework.EffectComplete, casework.EffectDeclined, casework.EffectOrdered, casework.EffectTell,
		casework.EffectAnswered, casework.EffectStage, casework.EffectTime:
		ev, err := s.tell(ctx, e, f)
		return ev, nil, err
	case casework.EffectDocument:
		return s.makeDecision(ctx, e, f)
	case casework.EffectPlaces:
		ev, err := s.keepPlaces(ctx, e, f)
		return ev, nil, err
	case casework.EffectHandover:
		ev, err := s.handOver(ctx, e, f)
		return ev, nil, err
	case casework.EffectLimit:
		return casework.LimitDue{Effect: f.ID, Limit: f.Arg}, nil, nil
	case casework.EffectWarn:
		ev, err := s.warn(ctx, e, f)
		return ev, nil, err
	case casework.EffectOfficer:
		ev, err := s.tellOfficer(ctx, e, f)
		return ev, nil, err
	case casework.EffectDispatch:
		ev, err := s.sendOn(ctx, e, f)
		return ev, nil, err
	case casework.EffectClimb:
		ev, err := s.climb(ctx, e, f)
		return ev, nil, err
	case casework.EffectExpire, casework.EffectSilent, casework.EffectUnopened, casework.EffectOverdue:
		return casework.TimerFired{Effect: f.ID}, nil, nil
	}
	return nil, nil, fault.Newf("flow.do", fault.Internal, "no effect %s", f.Kind)
}

var seqPattern = regexp.MustCompile(`\{seq(?::(\d))?\}`)

// claimNumber takes the next number of the authority's series for the year of arrival.
func (s *Service) claimNumber(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, []vault.Blob, error) {
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, nil, err
	}
	pattern := g.Form.Def.Meta.Series
	if pattern == "" {
		return casework.NumberClaimed{Effect: f.ID}, nil, nil
	}
	year := strconv.Itoa(e.Case.Submitted.In(clock.Stockholm).Year())
	series, _, _ := strings.Cut(pattern, "{")
	n, err := s.Vault.Store.ClaimNumber(ctx, e.Case.Authority+"/"+strings.TrimSpace(series)+"/"+year, string(e.Case.ID))
	if err != nil {
		return nil, nil, fault.Wrap("flow.claimNumber", err)
	}
	number := seqPattern.ReplaceAllStringFunc(strings.ReplaceAll(pattern, "{year}", year), func(m string) string {
		width, _ := strconv.Atoi(seqPattern.FindStringSubmatch(m)[1]) // absent is 0: no padding
		return fmt.Sprintf("%0*d", width, n)
	})
	return casework.NumberClaimed{Effect: f.ID, Number: number}, nil, nil
}

// tell sends a neutral notice to where the party has said, else to where the applicant said. What it is about, and even which
// authority, stands under Mina sidor only.
func (s *Service) tell(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	c := &e.Case
	p := c.Party(f.Party)
	if p == nil {
		return nil, fault.Newf("flow.tell", fault.Internal, "no party %s", f.Party)
	}
	if e.Case.Urgent(f) {
		return s.tellDecider(ctx, e, f, p)
	}
	if p.Subject != "" { // an officer: it stands in the inbox
		return casework.NoticeSent{Effect: f.ID, Channel: "pages"}, nil
	}
	own := p.ID == c.Applicant().ID && f.Kind == casework.EffectReceipt // only to the one who just handed it in
	if !own {
		found, err := s.guard(ctx, e, "notice")
		if err != nil {
			return nil, err
		}
		if found != "" {
			if err := s.noteFound(ctx, e, found, "notice"); err != nil {
				return nil, err
			}
			return casework.NoticeFailed{Effect: f.ID, Why: casework.Guarded}, nil
		}
	}
	if f.Kind == casework.EffectRemind && f.Arg == byLetter {
		return casework.LetterDue{Effect: f.ID}, nil
	}
	to, err := s.reach(ctx, p)
	if err != nil {
		return nil, err
	}
	if f.Kind == casework.EffectRemind {
		to = narrowed(to, f.Arg)
	}
	if to.IsZero() {
		return casework.NoticeFailed{Effect: f.ID, Why: casework.NoAddress}, nil
	}
	channel, err := s.send(ctx, c, f, to)
	if errors.Is(err, fault.Invalid) {
		return casework.NoticeFailed{Effect: f.ID, Why: casework.Refused}, nil
	}
	if err != nil {
		return nil, err
	}
	return casework.NoticeSent{Effect: f.ID, Channel: channel}, nil
}

// reach is how to reach a party: as the person has saved, else as the party said in the case, else as the applicant did. Zero when nobody
// has said.
func (s *Service) reach(ctx context.Context, p *casework.Party) (casework.Contact, error) {
	to, err := s.contact(ctx, p.Number)
	if err != nil {
		return casework.Contact{}, err
	}
	if to.IsZero() {
		to = p.Contact
	}
	if to.IsZero() {
		to = p.Given
	}
	return to, nil
}

// Ways of a reminder, as forms name them.
const (
	byMail   = "mail"
	bySMS    = "sms"
	byLetter = "letter"
)

// narrowed is how to reach somebody by the way that was chosen, and by the other where there is none.
func narrowed(to casework.Contact, way string) casework.Contact {
	switch {
	case way == bySMS && to.Phone != "":
		return casework.Contact{Phone: to.Phone}
	case way == byMail && to.Email != "":
		return casework.Contact{Email: to.Email}
	}
	return to
}

// handOver hands the granted rows to a target, the protected told apart and left out.
func (s *Service) handOver(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	c := &e.Case
	g, _, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	var spec *forms.Handover
	for i := range g.Form.Def.Meta.Handover {
		if h := &g.Form.Def.Meta.Handover[i]; h.Target == f.Arg {
			spec = h
		}
	}
	target := s.Targets[c.Tenant+"/"+f.Arg]
	if spec == nil || target == nil {
		return nil, fault.Newf("flow.handOver", fault.Invalid, "target %q is not configured", f.Arg)
	}
	found, err := s.guard(ctx, e, "handover")
	if err != nil {
		return nil, err
	}
	if found != "" {
		if err := s.noteFound(ctx, e, found, "handover"); err != nil {
			return nil, err
		}
		return casework.HandedOver{Effect: f.ID, Excluded: len(c.Decision.Rows)}, nil
	}
	d := handover.Delivery{Ref: f.ID, Kind: spec.Kind, Columns: []string{ridelist.Pupil}} // by which the operator's list finds its way back
	for _, col := range spec.Columns {
		d.Columns = append(d.Columns, col.Name)
	}
	for _, row := range c.Decision.Rows {
		values := []any{c.Reference}
		for _, col := range spec.Columns {
			values = append(values, row[col.Name])
		}
		d.Rows = append(d.Rows, values)
	}
	if err := target.Deliver(ctx, d); err != nil {
		return nil, fault.Wrap("flow.handOver", err)
	}
	return casework.HandedOver{Effect: f.ID, Rows: len(d.Rows)}, nil
}

// contact is what a person saved under Mina sidor; zero when nothing is.
func (s *Service) contact(ctx context.Context, n idno.Number) (casework.Contact, error) {
	if n.IsZero() {
		return casework.Contact{}, nil // nobody knows who it is: only what is written in the case holds
	}
	key := s.Vault.PersonToken(n)
	rec, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), "contact", key)
	if errors.Is(err, fault.NotFound) {
		return casework.Contact{}, nil
	}
	if err != nil {
		return casework.Contact{}, fault.Wrap("flow.contact", err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return casework.Contact{}, err
	}
	raw, err := box.Open(rec.Body, sealed.Place("contact", key))
	if err != nil {
		return casework.Contact{}, fault.New("flow.contact", fault.Internal, err)
	}
	var c casework.Contact
	if err := json.Unmarshal(raw, &c); err != nil {
		return casework.Contact{}, fault.New("flow.contact", fault.Internal, err)
	}
	return c, nil
}

var (
	emailPattern = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$`)
	phonePattern = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
)

// putContact saves how a person wants to be reached, in place of what was saved.
func (s *Service) putContact(ctx context.Context, n idno.Number, c casework.Contact) error {
	key := s.Vault.PersonToken(n)
	raw, err := json.Marshal(c)
	if err != nil {
		return fault.New("flow.putContact", fault.Internal, err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return err
	}
	body, err := box.Seal(raw, sealed.Place("contact", key))
	if err != nil {
		return fault.New("flow.putContact", fault.Internal, err)
	}
	if c.IsZero() {
		return fault.Wrap("flow.putContact", s.Vault.Store.DeleteRecord(ctx, "contact", key))
	}
	return s.keep(ctx, store.Record{Collection: "contact", Key: key, Body: body})
}
