package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// What the officers of a board fill in together (vault.Shared): who began it, who has it, who changed it last, and handing it over.

// Prepared is what officers fill in together, as one of them sees it.
type Prepared struct {
	Board     identity.AuthorityID // whose officers do
	Authority identity.AuthorityID // whose case it becomes
	Name      string               // of that board, with its organisation: "Socialnämnden, Tallviks kommun"
	By        Who                  // began it
	Last      Who                  // changed it last
	With      Who                  // has it
	From      Who                  // handed it over, while With has not worked on it since
	Handed    time.Time
	Changed   time.Time
	Mine      bool   // the reader has it
	Busy      string // a colleague who saved it within the last minutes, and so has it open; "" nobody
}

// Begun is a draft in the list of those that officers of a board have begun.
type Begun struct {
	ID      string
	Title   forms.Text
	Subject string // "" while nothing is answered that says it
	Expires time.Time
	Prepared
}

// presence is for how long after a save whoever saved is taken to have the draft open.
const presence = 5 * time.Minute

// boardOwners are the owners of what the boards' officers share that somebody handles cases for.
func (s *Service) boardOwners(a identity.Actor) ([]vault.Owner, error) {
	boards := a.Authorities(handlers...)
	if len(boards) == 0 {
		return nil, fault.New("flow", fault.NotFound, nil)
	}
	out := make([]vault.Owner, len(boards))
	for i, b := range boards {
		out[i] = s.Vault.BoardOwner(string(b))
	}
	return out, nil
}

func officer(a identity.Actor) vault.Officer {
	return vault.Officer{Subject: a.Staff.Subject, Name: a.Staff.Name}
}

// changedBy notes which officer changes what a board's officers fill in together. Whom it was handed over to has taken it.
func changedBy(a identity.Actor, d *vault.Draft) {
	if d.Shared == nil || a.Staff == nil {
		return
	}
	now := *d.Shared
	if now.Last = officer(a); now.Last.Subject == now.With.Subject {
		now.From = vault.Officer{}
	}
	d.Shared = &now
}

// prepared is what officers fill in together as one of them sees it; nil when it is no such thing.
func (s *Service) prepared(a identity.Actor, d *vault.Draft) *Prepared {
	if d.Shared == nil || a.Staff == nil {
		return nil
	}
	sh := d.Shared
	p := &Prepared{Board: identity.AuthorityID(sh.Board), Authority: identity.AuthorityID(sh.Authority), By: Who(sh.By), Last: Who(sh.Last),
		With: Who(sh.With), From: Who(sh.From), Handed: sh.Handed, Changed: d.Changed, Mine: sh.With.Subject == a.Staff.Subject}
	p.Name = s.Directory.Name(p.Authority)
	if sh.Last.Subject != a.Staff.Subject && s.Clock.Now().Sub(d.Changed) < presence {
		p.Busy = sh.Last.Name
	}
	return p
}

// Begun lists what officers of the actor's boards have begun, last changed first.
func (s *Service) Begun(ctx context.Context, a identity.Actor) ([]Begun, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.Begun", fault.Unauthorised, nil)
	}
	owners, err := s.boardOwners(a)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	drafts, err := s.Vault.Drafts(ctx, owners...)
	if err != nil {
		return nil, err
	}
	var out []Begun
	for _, d := range drafts {
		p := s.prepared(a, d)
		if p == nil {
			continue
		}
		g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
		if err != nil {
			return nil, err
		}
		sv, err := s.serviceOf(d, g)
		if err != nil {
			return nil, err
		}
		view, err := g.Run(s.scope(d, sv, nil))
		if err != nil {
			return nil, fault.Wrap("flow.Begun", err)
		}
		out = append(out, Begun{ID: d.ID, Title: g.Form.Title, Subject: g.Subject(view), Expires: d.Expires, Prepared: *p})
	}
	slices.SortStableFunc(out, func(x, y Begun) int { return y.Changed.Compare(x.Changed) })
	return out, nil
}

// serviceOf is the service that a draft is for. What officers fill in is none that a municipality offers.
func (s *Service) serviceOf(d *vault.Draft, g *Graph) (ServiceView, error) {
	if d.Shared != nil {
		sv, _, err := s.asOffered(tenantID(d.Tenant), g)
		return sv, err
	}
	return s.service(tenantID(d.Tenant), g)
}

// shared opens a draft that the actor's board shares; every other is fault.NotFound.
func (s *Service) shared(ctx context.Context, a identity.Actor, id string) (*vault.Draft, *Graph, error) {
	const op = "flow.shared"
	if a.Staff == nil {
		return nil, nil, fault.New(op, fault.Unauthorised, nil)
	}
	d, g, _, err := s.draft(ctx, a, id)
	if err == nil && d.Shared == nil {
		err = fault.New(op, fault.NotFound, nil)
	}
	return d, g, err
}

// noteRead notes that an officer has read what a board's officers fill in together, as reads of cases are noted: under the draft, where the case
// that comes of it finds them. A read that cannot be noted does not happen.
func (s *Service) noteRead(ctx context.Context, a identity.Actor, d *vault.Draft, what, detail string) error {
	if d.Shared == nil || a.Staff == nil {
		return nil
	}
	err := s.Vault.Store.AppendReads(ctx, []store.Read{{At: s.Clock.Now(), Authority: d.Shared.Authority, Case: d.ID, Staff: a.Staff.Subject, What: what,
		Detail: detail}})
	return fault.Wrap("flow.noteRead", err)
}

// HandOverTo lists the colleagues to whom a draft can be handed over: those of the board that shares it who have logged in here.
func (s *Service) HandOverTo(ctx context.Context, a identity.Actor, id string) ([]Colleague, *Prepared, error) {
	d, _, err := s.shared(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.colleagues(ctx, d.Shared.Board)
	if err != nil {
		return nil, nil, err
	}
	have := d.Shared.With.Subject
	return slices.DeleteFunc(all, func(c Colleague) bool { return c.Subject == have }), s.prepared(a, d), nil
}

// HandOver gives a draft to a colleague, or to oneself. Everybody else of the board can still go on with it. fault.Invalid when it is nobody of
// HandOverTo.
func (s *Service) HandOver(ctx context.Context, a identity.Actor, id, to string) error {
	const op = "flow.HandOver"
	for attempt := 0; ; attempt++ {
		d, _, err := s.shared(ctx, a, id)
		if err != nil {
			return err
		}
		if to == d.Shared.With.Subject { // pressed twice
			return nil
		}
		all, err := s.colleagues(ctx, d.Shared.Board)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c Colleague) bool { return c.Subject == to })
		if i < 0 {
			return fault.New(op, fault.Invalid, nil)
		}
		now := *d.Shared
		now.With, now.From, now.Handed = vault.Officer{Subject: to, Name: all[i].Name}, officer(a), s.Clock.Now()
		if to == a.Staff.Subject {
			now.From = vault.Officer{}
		}
		d.Shared = &now
		err = s.Vault.SaveDraft(ctx, d)
		if !errors.Is(err, fault.Conflict) || attempt == retries {
			return err
		}
	}
}
