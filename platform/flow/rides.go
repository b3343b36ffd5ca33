package flow

import (
	"context"
	"errors"
	"io"
	"slices"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/ridelist"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// RideReport says what became of an operator's ride list.
type RideReport struct {
	File     string
	Lines    int // readable lines
	Matched  int // lines that reached a case
	Cases    int
	Problems []ridelist.Problem
	Unknown  []int  // lines whose pupil reference is no decided case of the authority
	Refused  string // the file as a whole cannot be read: a reason of package ridelist
}

// maxRideList is one byte more than the largest list that is read.
const maxRideList = 16<<20 + 1

// UploadRideList takes the operator's list by hand. Each pupil's rides reach that pupil's case and nobody else's.
func (s *Service) UploadRideList(ctx context.Context, a identity.Actor, auth identity.AuthorityID, name string, r io.Reader) (*RideReport, error) {
	if !a.Has(auth, handlers...) {
		return nil, fault.New("flow.UploadRideList", fault.NotFound, nil)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxRideList))
	if err != nil {
		return nil, fault.New("flow.UploadRideList", fault.Invalid, err)
	}
	by, who := byWho(a)
	return s.rideList(ctx, auth, name, raw, by, who)
}

func (s *Service) rideList(ctx context.Context, auth identity.AuthorityID, name string, raw []byte, by casework.By, who string) (*RideReport, error) {
	rep := &RideReport{File: name}
	rows, problems, err := ridelist.Parse(raw)
	var reason ridelist.Reason
	if errors.As(err, &reason) {
		rep.Refused = string(reason)
		return rep, nil
	}
	if err != nil {
		return nil, fault.Wrap("flow.rideList", err)
	}
	rep.Lines, rep.Problems = len(rows), problems
	pupils := map[string][]casework.Ride{}
	for _, r := range rows {
		t := r.Departs.In(clock.Stockholm)
		pupils[r.Pupil] = append(pupils[r.Pupil], casework.Ride{Date: t.Format("2006-01-02"), Time: t.Format("15:04"), Place: r.Pickup, Route: r.Route,
			File: name, Line: r.Line})
	}
	refs := make([]string, 0, len(pupils))
	for ref := range pupils {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	for _, ref := range refs {
		rides := pupils[ref]
		row, err := s.Vault.Store.FindCase(ctx, store.CaseKey{Reference: ref})
		if errors.Is(err, fault.NotFound) || (err == nil && (row.Authority != string(auth) || !rideable(row.State))) {
			for _, r := range rides {
				rep.Unknown = append(rep.Unknown, r.Line)
			}
			continue
		}
		if err != nil {
			return nil, fault.Wrap("flow.rideList", err)
		}
		_, err = s.change(ctx, casework.ID(row.ID), s.stamp(by, who), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
			return casework.RidesReceived{File: name, Rides: rides}, nil, nil
		})
		if err != nil {
			return nil, err
		}
		rep.Matched += len(rides)
		rep.Cases++
	}
	slices.Sort(rep.Unknown)
	return rep, nil
}

func rideable(state string) bool {
	return state == string(casework.Decided) || state == string(casework.Closed)
}

// ReceiveRideLists takes lists that have come through a source, for one authority. A file that cannot be read at all is set aside with
// the reason; lines that fit nobody are in the log, as numbers.
func (s *Service) ReceiveRideLists(ctx context.Context, auth identity.AuthorityID, src handover.Source) (int, error) {
	list, err := src.Receive(ctx, 10)
	if err != nil {
		return 0, fault.Wrap("flow.ReceiveRideLists", err)
	}
	for i, f := range list {
		rep, err := s.rideList(ctx, auth, f.Name, f.Bytes, bySystem, "ride list "+src.ID())
		if err != nil {
			return i, err
		}
		if rep.Refused != "" {
			if err := src.Reject(ctx, f.Name, rep.Refused); err != nil {
				return i, fault.Wrap("flow.ReceiveRideLists", err)
			}
			continue
		}
		if len(rep.Unknown) > 0 || len(rep.Problems) > 0 {
			s.Log.WarnContext(ctx, "ride list has lines that reach nobody", "authority", auth, "file", f.Name, "unknown", rep.Unknown, "problems", len(rep.Problems))
		}
		if err := src.Done(ctx, f.Name); err != nil {
			return i, fault.Wrap("flow.ReceiveRideLists", err)
		}
	}
	return len(list), nil
}
