package flow

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Started is an order in progress with one of the e-legitimations. It is kept on the server: its secrets must not leave it.
type Started struct {
	Provider string            // id of the offer
	Relay    string            // under which the browser's answer is kept, when the provider is visited
	Ticket   string            // that the browser came back with; "" before it has
	For      identity.TenantID // who pays for a login; "" the platform's organisations together
	eid.Order
}

// EID gives one of the e-legitimations by its id, offered now or not.
func (s *Service) EID(id string) (eid.Offer, bool) { return s.EIDs.Get(id) }

// begin starts an order with a provider that is offered. provider "" is the first.
func (s *Service) begin(ctx context.Context, offers eid.Offers, provider string, r eid.Request) (Started, error) {
	const op = "flow.begin"
	if provider == "" && len(offers) > 0 {
		provider = offers[0].ID()
	}
	offer, ok := offers.Get(provider)
	if !ok {
		return Started{}, fault.Newf(op, fault.Invalid, "the e-legitimation is not offered here")
	}
	r.Relay = randomID()
	o, err := offer.Start(ctx, r)
	if err != nil {
		return Started{}, fault.Wrap(op, err)
	}
	return Started{Provider: provider, Relay: r.Relay, Order: o}, nil
}

// beginCall starts an order for somebody on the telephone with a provider that is offered and can. provider "" is the first.
func (s *Service) beginCall(ctx context.Context, offers eid.Offers, provider string, r eid.Request, by eid.Caller) (Started, error) {
	const op = "flow.beginCall"
	if provider == "" && len(offers) > 0 {
		provider = offers[0].ID()
	}
	offer, _ := offers.Get(provider)
	called, ok := offer.Provider.(eid.Called)
	if !ok {
		return Started{}, fault.Newf(op, fault.Invalid, "the e-legitimation is not offered by telephone here")
	}
	o, err := called.StartCall(ctx, r, by)
	if err != nil {
		return Started{}, fault.Wrap(op, err)
	}
	return Started{Provider: provider, Order: o}, nil
}

// progress asks how an order goes, and logs what went wrong; about is whose order it is, for the log.
func (s *Service) progress(ctx context.Context, o Started, about ...any) (eid.Status, error) {
	st, err := s.asked(ctx, o)
	s.noteProgress(ctx, o.Provider, st, err, about)
	return st, err
}

// asked gives what the provider says of an order, or what the browser came back with.
func (s *Service) asked(ctx context.Context, o Started) (eid.Status, error) {
	offer, ok := s.EIDs.Get(o.Provider)
	if !ok { // taken out of the configuration meanwhile
		return eid.Status{State: eid.Failed, Message: eid.TechnicalFault}, nil
	}
	visited, ok := offer.Provider.(eid.Visited)
	if !ok {
		return offer.Collect(ctx, o.Ref)
	}
	posted, err := s.answer(ctx, o)
	if errors.Is(err, fault.NotFound) {
		return offer.Collect(ctx, o.Ref)
	}
	if err != nil {
		return eid.Status{}, err
	}
	return eid.Answer(ctx, visited, o.Order, posted)
}

// stop ends an order; one that has ended already is no error.
func (s *Service) stop(ctx context.Context, o Started) error {
	offer, ok := s.EIDs.Get(o.Provider)
	if !ok {
		return nil
	}
	if err := offer.Cancel(ctx, o.Ref); err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

// platformScope seals what belongs to no authority.
const platformScope = "platform"

// Code is the text of the code that starts an order from another device, as it is now; "" when there is none.
func (s *Service) Code(o Started) string {
	offer, _ := s.EIDs.Get(o.Provider)
	if scanned, ok := offer.Provider.(eid.Scanned); ok {
		return scanned.Code(o.Order, s.Clock.Now())
	}
	return ""
}

const (
	answerCollection = "eid-answer"
	answerLife       = 10 * time.Minute
	maxRelay         = 64 // characters
)

// TakeAnswer keeps what a browser came back with from a provider that it was sent to, until the person's own page asks for it, and gives the
// ticket that it is read with. Whoever brings it may be anybody, so the ticket goes back to that very browser: without it whoever began an
// order could have somebody else complete it in another browser, and be logged in as that person. fault.NotFound when there is no such
// provider.
func (s *Service) TakeAnswer(ctx context.Context, provider, relay string, posted url.Values) (ticket string, err error) {
	const op = "flow.TakeAnswer"
	offer, ok := s.EIDs.Get(provider)
	if _, visited := offer.Provider.(eid.Visited); !ok || !visited || relay == "" || len(relay) > maxRelay {
		return "", fault.New(op, fault.NotFound, nil)
	}
	return s.keepAnswer(ctx, provider, relay, posted)
}

func (s *Service) keepAnswer(ctx context.Context, provider, relay string, posted url.Values) (ticket string, err error) {
	const op = "flow.keepAnswer"
	raw, err := json.Marshal(posted)
	if err != nil {
		return "", fault.New(op, fault.Internal, err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	ticket = randomID()
	key := answerKey(provider, relay, ticket)
	body, err := box.Seal(raw, sealed.Place(answerCollection, key))
	if err != nil {
		return "", fault.New(op, fault.Internal, err)
	}
	return ticket, s.keep(ctx, store.Record{Collection: answerCollection, Key: key, Body: body, Expires: s.Clock.Now().Add(answerLife)})
}

func answerKey(provider, relay, ticket string) string { return provider + "/" + relay + "/" + ticket }

// CameBack gives an order to be asked about with the ticket of the browser in which it was begun. fault.NotFound when the ticket is another
// order's, or its answer has been read or forgotten.
func (s *Service) CameBack(ctx context.Context, o Started, ticket string) (Started, error) {
	const op = "flow.CameBack"
	if o.Relay == "" || ticket == "" || len(ticket) > maxRelay {
		return Started{}, fault.New(op, fault.NotFound, nil)
	}
	if _, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), answerCollection, answerKey(o.Provider, o.Relay, ticket)); err != nil {
		return Started{}, fault.Wrap(op, err)
	}
	o.Ticket = ticket
	return o, nil
}

// answer takes what was kept of an order's answer.
func (s *Service) answer(ctx context.Context, o Started) (url.Values, error) {
	const op = "flow.answer"
	if o.Ticket == "" {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	key := answerKey(o.Provider, o.Relay, o.Ticket)
	rec, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), answerCollection, key)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	if err := s.Vault.Store.DeleteRecord(ctx, answerCollection, key); err != nil {
		return nil, fault.Wrap(op, err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	raw, err := box.Open(rec.Body, sealed.Place(answerCollection, key))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	var posted url.Values
	if err := json.Unmarshal(raw, &posted); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	return posted, nil
}
