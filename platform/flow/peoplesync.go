package flow

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// PeopleSource is an organisation's own directory that is read again and again.
type PeopleSource struct {
	Tenant   identity.TenantID
	ID       string // of it within the organisation; people are from "ldap:" and it
	Source   source.Source
	Interval time.Duration
	Most     float64 // the greatest share (0–1) of people who may lose what they may do by one answer
}

// PeopleSync has the registers of people follow the organisations' own directories, and other systems follow the registers. Several processes may
// run it: a source is read by the one that says so first, and what is withdrawn twice is withdrawn once.
type PeopleSync struct {
	*Service
	Sources []PeopleSource
	Targets []PeopleTarget

	handled []handled // by target
}

// Times of it.
const (
	readLease   = 10 * time.Minute // a process that reads a source and is not heard of has died
	firstRetry  = time.Minute
	longestWait = time.Hour
	longGone    = 24 * time.Hour // a directory that has not been followed for so long is told of
)

const syncCollection = "people-sync" // key: organisation, "/", source

// SyncState is how it goes with a source or a target. It has no personal data.
type SyncState struct {
	Source   string    `json:"source"`
	Since    time.Time `json:"since"`             // when it was first tried
	Went     time.Time `json:"went,omitzero"`     // when the register last followed it
	Next     time.Time `json:"next"`              // when it is read again
	Failures int       `json:"failures"`          // since it went
	Why      string    `json:"why,omitempty"`     // kind of the last fault; SyncDoubted
	Lose, Of int       `json:",omitempty"`        // people, of a doubted answer
	Told     int       `json:"told,omitempty"`    // entries of the last answer
	Refused  int       `json:"refused,omitempty"` // of them, by themselves
	Left     int       `json:"left,omitempty"`    // of a target: people whose rights are still there, though it has been tried
	rev      int64     // of the record
}

// SyncDoubted says that a directory's answer was not believed, since too many would have lost what they may do.
const SyncDoubted = "doubted"

// Read has every register follow the sources whose time it is. What fails is noted, tried again later and told; the error is the store's.
func (s *PeopleSync) Read(ctx context.Context) error {
	var errs []error
	for i := range s.Sources {
		errs = append(errs, s.read(ctx, &s.Sources[i]))
	}
	return fault.Wrap("flow.PeopleSync", errors.Join(errs...))
}

// read has a register follow a source, when it is time to.
func (s *PeopleSync) read(ctx context.Context, src *PeopleSource) error {
	st, err := s.state(ctx, src.Tenant, src.ID)
	now := s.Clock.Now()
	if err != nil || now.Before(st.Next) {
		return err
	}
	if st.Since.IsZero() {
		st.Since = now
	}
	st.Next = now.Add(readLease)
	if err := s.note(ctx, src.Tenant, &st); errors.Is(err, fault.Conflict) || errors.Is(err, fault.Exists) {
		return nil // another process reads it
	} else if err != nil {
		return err
	}
	var taken people.Taken
	all, err := src.Source.Everybody(ctx)
	if err == nil {
		taken, err = s.People.Synchronise(ctx, src.Tenant, "ldap:"+src.ID, all, src.Most)
	}
	if ctx.Err() != nil {
		return nil // we are stopping: the lease passes
	}
	now = s.Clock.Now()
	st.Told, st.Refused, st.Lose, st.Of, st.Why = len(all), len(taken.Refused), 0, 0, ""
	if err == nil {
		st.Went, st.Failures, st.Next = now, 0, now.Add(src.Interval)
		if taken.New+taken.Changed+taken.Left+st.Refused > 0 {
			s.Log.InfoContext(ctx, "people are as their directory says", "organisation", string(src.Tenant), "source", src.ID, "told", taken.Told, "new", taken.New,
				"changed", taken.Changed, "left", taken.Left, "refused", st.Refused)
		}
		for _, r := range taken.Refused {
			s.Log.WarnContext(ctx, "an entry of a directory is not taken in", "organisation", string(src.Tenant), "source", src.ID, "entry", r.External, "why", r.Kind.String())
		}
		return s.note(ctx, src.Tenant, &st)
	}
	st.Failures++
	st.Next, st.Why = now.Add(min(backoff(st.Failures), src.Interval)), fault.KindOf(err).String()
	var doubted *people.Doubted
	if errors.As(err, &doubted) {
		st.Why, st.Lose, st.Of = SyncDoubted, doubted.Lose, doubted.Of
		s.Log.ErrorContext(ctx, "a directory's answer is not believed: nothing is changed", "organisation", string(src.Tenant), "source", src.ID, "told", doubted.Told, "lose", doubted.Lose, "of", doubted.Of)
	} else {
		s.Log.WarnContext(ctx, "a directory is not followed, and is tried again", "organisation", string(src.Tenant), "source", src.ID, "failures", st.Failures, "error", err)
	}
	if err := s.note(ctx, src.Tenant, &st); err != nil {
		return err
	}
	if st.Alarming(now) {
		return s.tellOfSync(ctx, src.Tenant, src.ID, notice{subject: "Personregistret följer inte er katalog",
			body: "Personregistret kunde inte uppdateras från er katalog, och är som förut. Ta hjälp av den som sköter katalogen eller plattformen, så att den som har slutat inte kommer in."})
	}
	return nil
}

// Alarming reports whether somebody has to look at it: an answer is not believed, we are not let in, a source has not been followed for a day, or
// somebody's rights in a target are still there after several tries.
func (st SyncState) Alarming(now time.Time) bool {
	if st.Left > 0 {
		return st.Failures >= urgentTries || st.Why != fault.Unavailable.String()
	}
	last := st.Went
	if last.IsZero() {
		last = st.Since
	}
	return st.Failures > 0 && (st.Why == SyncDoubted || st.Why == fault.Unauthorised.String() || st.Why == fault.Invalid.String() || now.Sub(last) >= longGone)
}

// backoff is how long to wait after so many failures: a minute, and twice as long each time.
func backoff(failures int) time.Duration {
	return min(firstRetry<<min(failures-1, 10), longestWait)
}

func (s *PeopleSync) state(ctx context.Context, tenant identity.TenantID, id string) (SyncState, error) {
	rec, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), syncCollection, string(tenant)+"/"+id)
	if errors.Is(err, fault.NotFound) {
		return SyncState{Source: id}, nil
	}
	st := SyncState{rev: rec.Rev}
	if err == nil {
		if err = json.Unmarshal(rec.Body, &st); err != nil {
			err = fault.New("flow.PeopleSync", fault.Internal, err)
		}
	}
	return st, err
}

func (s *PeopleSync) note(ctx context.Context, tenant identity.TenantID, st *SyncState) error {
	raw, err := json.Marshal(st)
	if err != nil {
		return fault.New("flow.PeopleSync", fault.Internal, err)
	}
	err = s.Vault.Store.PutRecord(ctx, s.Clock.Now(), store.Record{Collection: syncCollection, Key: string(tenant) + "/" + st.Source, Rev: st.rev + 1, Body: raw})
	if err == nil {
		st.rev++
	}
	return err
}

// tellOfSync mails the administrators of every board of the organisation, once a day, that something about a source or a target has to be looked
// at.
func (s *PeopleSync) tellOfSync(ctx context.Context, tenant identity.TenantID, id string, n notice) error {
	snap, err := s.People.Now(ctx, tenant)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	n.hint, n.link = noDetails, s.BaseURL+"/admin/personer"
	for _, board := range snap.Tenant().Authorities {
		sc := &boardScope{BoardRef: BoardRef{tenant, board.Slug}, tenant: snap.Tenant(), board: board, snap: snap, now: now}
		about := "sync/" + id + "/" + now.UTC().Format(time.DateOnly)
		if err := s.tellAdministrators(ctx, sc, []string{about}, n, snap.Administrators(board.Slug, now)); err != nil {
			return err
		}
	}
	return nil
}

// syncAlarms lists an organisation's sources and targets that somebody has to look at.
func (s *Service) syncAlarms(ctx context.Context, tenant identity.TenantID) ([]SyncState, error) {
	recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), syncCollection, string(tenant)+"/", "", store.MaxLimit)
	if err != nil {
		return nil, fault.Wrap("flow.syncAlarms", err)
	}
	var out []SyncState
	for _, rec := range recs {
		var st SyncState
		if err := json.Unmarshal(rec.Body, &st); err != nil {
			return nil, fault.New("flow.syncAlarms", fault.Internal, err)
		}
		if st.Alarming(s.Clock.Now()) {
			out = append(out, st)
		}
	}
	return out, nil
}

// SyncStates tells how it goes with an organisation's sources, and with what is to be withdrawn in other systems, for who looks after them.
func (s *PeopleSync) SyncStates(ctx context.Context, tenant identity.TenantID) ([]SyncState, []Withdrawal, error) {
	var out []SyncState
	for _, src := range s.Sources {
		if src.Tenant != tenant {
			continue
		}
		st, err := s.state(ctx, tenant, src.ID)
		if err != nil {
			return nil, nil, fault.Wrap("flow.SyncStates", err)
		}
		out = append(out, st)
	}
	var left []Withdrawal
	for i := range s.Targets {
		if s.Targets[i].Tenant != tenant {
			continue
		}
		all, err := s.withdrawals(ctx, &s.Targets[i])
		if err != nil {
			return nil, nil, fault.Wrap("flow.SyncStates", err)
		}
		for _, w := range all {
			if w.Done.IsZero() {
				left = append(left, w)
			}
		}
	}
	return out, left, nil
}
