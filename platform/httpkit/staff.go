package httpkit

import (
	"encoding/json"
	"errors"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Staff are asked about at every request (Config.Staff): a session says who somebody is, not what he or she may do. Whose time is over is
// logged out there and then, in every browser, and the next page says why.

// endedValue is where what was somebody's session says why it is that no more.
const endedValue = "ended"

// staffNow makes the session's member of staff who he or she is now, or ends the session.
func (k *Kit) staffNow(r *Request, s *Session) error {
	const op = "httpkit.staffNow"
	if s.Staff == nil || k.Staff == nil {
		return nil
	}
	now, err := k.Staff(r.ctx, *s.Staff)
	var why identity.NotLetIn
	if !errors.As(err, &why) {
		if err == nil {
			s.Staff = &now
		}
		return fault.Wrap(op, err)
	}
	raw, err := json.Marshal(why)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	s.Staff, s.Created, s.Seen, s.Values = nil, k.Clock.Now(), k.Clock.Now(), map[string]json.RawMessage{endedValue: raw}
	if err := k.writeSession(r.ctx, s); err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
		return fault.Wrap(op, err) // a conflict is another tab that ended it
	}
	return nil
}

// Ended says why whoever was logged in here is that no more, once; "" when nobody was.
func (r *Request) Ended() (identity.NotLetIn, error) {
	var why identity.NotLetIn
	if !r.Value(endedValue, &why) {
		return "", nil
	}
	return why, r.Keep(map[string]any{endedValue: nil})
}

// Become goes on as the same person in another role: a new session with a new cookie, without the values of the old one, that ends when the
// old one would have at the latest.
func (r *Request) Become(st identity.Staff) error {
	since := r.session.Created
	if err := r.endSession(); err != nil {
		return err
	}
	now := r.kit.Clock.Now()
	s := &Session{Kind: r.route.Site.Kind, Staff: &st, Created: since, Seen: now, secret: newSecret()}
	if err := r.kit.writeSession(r.ctx, s); err != nil {
		return err
	}
	r.session = s
	r.SetCookie(s.Kind.Cookie(), s.secret, 0)
	return nil
}
