// Package flow has the use cases: start, fill in, submit, sign, remind, decide, tell. Each asks who the actor is and what he or she
// may, then goes the one way of the house: journey and answers → casework.Apply → one atomic save → effects later.
//
// Walls: a draft is its owner's alone; a case is its parties' and its authority's officers'. For everybody else it does not exist
// (fault.NotFound), and a page never tells one of these from another. Within a case a party sees the common part and his or her
// own; addresses, contact details, reasons and evidence of others are not in the views at all.
//
// Nothing outside is called inside a citizen's request but what the page is about (login, sign, look-up, a timestamp for the document asked for).
package flow

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/handover"
	"samtjanst/integrations/notify"
	"samtjanst/integrations/population"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
	"samtjanst/renderer/i18n"
)

// Service runs the use cases. All fields are set once, before use.
type Service struct {
	Vault     *vault.Vault
	Blobs     files.Blobs
	Scanner   files.Scanner // nil: not scanned
	Limits    files.Limits
	Catalog   *Catalog
	Directory *directory.Directory
	People    *people.Register
	Register  population.Register
	Lookups   map[string]Lookup // registers that people ask from forms, by the names that forms have for them
	EIDs      eid.Offers
	Mail      notify.Mailer
	SMS       notify.Texter
	Targets   map[string]handover.Target
	Outgoing  *Outgoing // nil: decisions are sent on by hand
	Verify    EvidenceCheck
	Clock     clock.Clock
	Log       *slog.Logger
	Texts     *i18n.Catalog
	Usage     *usage.Meter // counts what is paid for by the piece; nil: nothing is counted
	Prices    usage.Prices // of that
	BaseURL   string       // https://e.example.se, without a trailing slash: links in notices
	// Wake is called after a save that left something to do, so that it is done at once. May be nil.
	Wake func(casework.ID)
	// Dress gives a municipality's logo and colour ("#rrggbb") for documents, by theme. May be nil.
	Dress func(theme string) (svg []byte, colour string)
	// Seals are by municipality; the documents of one that is not there are not sealed.
	Seals map[identity.TenantID]Sealer

	polls      turns     // of signatures in progress
	collecting collector // follows them
	silences   silences  // of e-legitimations
	recent     recent    // applications, opened

	asking  turns  // of look-ups, by draft
	lookups askers // how often
}

// randomID gives 26 letters and digits: 128 random bits, safe in URLs and file names.
func randomID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("flow: no randomness: " + err.Error()) // crypto/rand does not fail on supported systems
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

func salt() []byte {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		panic("flow: no randomness: " + err.Error())
	}
	return b
}

// referenceLetters leaves out what is mistaken for something else when read aloud or by eye.
const referenceLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// newReference gives "SKJ-7F3K-9Q2M".
func newReference(prefix string) string {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("flow: no randomness: " + err.Error())
	}
	for i := range b {
		b[i] = referenceLetters[int(b[i])%len(referenceLetters)]
	}
	return prefix + "-" + string(b[:4]) + "-" + string(b[4:])
}

// stamp is who did it and when.
func (s *Service) stamp(by casework.By, name string) casework.Stamp {
	return casework.Stamp{At: s.Clock.Now(), By: by, Name: name, Body: casework.PartID(randomID()), Salt: salt()}
}

// retries bounds how often a technical conflict is resolved by loading and applying again.
const retries = 8

// change loads a case, lets decide say what happened, applies it and saves. decide sees the case as it now is and may refuse.
// On a conflict it all runs again on what somebody else saved.
func (s *Service) change(ctx context.Context, id casework.ID, st casework.Stamp, decide func(*vault.Entry) (casework.Event, []vault.Blob, error)) (*vault.Entry, error) {
	for attempt := 0; ; attempt++ {
		e, err := s.Vault.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		ev, blobs, err := decide(e)
		if err != nil || ev == nil {
			return e, err
		}
		err = s.apply(ctx, e, ev, st, blobs)
		if err == nil {
			return e, nil
		}
		if !errors.Is(err, errSaved) || attempt == retries {
			return nil, err
		}
		if err := stepAside(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// stepAside waits a moment that nobody else waits, longer for each time that somebody else came first: what has been done outside (a
// notice sent) is not lost from the record because many write at once.
func stepAside(ctx context.Context, attempt int) error {
	select {
	case <-time.After(mathrand.N(time.Millisecond << attempt)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errSaved marks a conflict in storage, as opposed to an event that cannot happen.
var errSaved = errors.New("somebody else saved first")

// apply applies one event to a loaded case and saves it.
func (s *Service) apply(ctx context.Context, e *vault.Entry, ev casework.Event, st casework.Stamp, blobs []vault.Blob) error {
	next, rec, err := casework.Apply(e.Case, ev, st)
	if err != nil {
		return err
	}
	if rec.Bytes != nil {
		blobs = append(blobs, vault.Blob{ID: rec.Header.Body, Kind: "event", Bytes: rec.Bytes})
	}
	e.Case = next
	if err := s.Vault.Save(ctx, e, blobs); err != nil {
		if errors.Is(err, fault.Conflict) {
			return fault.New("flow.apply", fault.Conflict, errSaved)
		}
		return err
	}
	s.wake(e)
	return nil
}

func (s *Service) wake(e *vault.Entry) {
	if due := e.Case.Due(); s.Wake != nil && !due.IsZero() && !due.After(s.Clock.Now()) {
		s.Wake(e.Case.ID)
	}
}

// citizen is the actor's citizen, or fault.Unauthorised.
func citizen(a identity.Actor) (*identity.Citizen, error) {
	if a.Citizen == nil || a.Citizen.Level < identity.LoA3 {
		return nil, fault.New("flow", fault.Unauthorised, nil)
	}
	return a.Citizen, nil
}

// partyCase opens a case that the actor is a party in. Everybody else is told that there is none.
func (s *Service) partyCase(ctx context.Context, a identity.Actor, id casework.ID) (*vault.Entry, *casework.Party, error) {
	who, err := citizen(a)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.Vault.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	p := e.Case.PartyOf(who.Numbers()...)
	if p == nil {
		return nil, nil, fault.New("flow.partyCase", fault.NotFound, nil)
	}
	return e, p, nil
}

// staffCase opens a case that the actor works with, and notes that it was read.
func (s *Service) staffCase(ctx context.Context, a identity.Actor, id casework.ID, what, detail string, roles ...identity.Role) (*vault.Entry, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.staffCase", fault.Unauthorised, nil)
	}
	e, err := s.Vault.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !worksWith(a, &e.Case, anyStaff...) {
		return nil, fault.New("flow.staffCase", fault.NotFound, nil)
	}
	if !worksWith(a, &e.Case, roles...) {
		return nil, fault.New("flow.staffCase", fault.Forbidden, nil)
	}
	if what != "" {
		err := s.Vault.Store.AppendReads(ctx, []store.Read{{At: s.Clock.Now(), Authority: e.Case.Authority, Case: string(id),
			Staff: a.Staff.Subject, What: what, Detail: detail}})
		if err != nil { // a read that cannot be noted does not happen
			return nil, fault.Wrap("flow.staffCase", err)
		}
	}
	return e, nil
}

// worksWith reports whether somebody has one of the roles in the case's board, or in the board that works with it as host of a cooperation.
func worksWith(a identity.Actor, c *casework.Case, roles ...identity.Role) bool {
	return a.Has(identity.AuthorityID(c.Authority), roles...) || c.Host != "" && a.Has(identity.AuthorityID(c.Host), roles...)
}

func byParty(p *casework.Party) casework.By { return casework.By{Kind: "party", Party: p.ID} }

var byStaff = casework.By{Kind: "staff"}
var bySystem = casework.By{Kind: "system"}
