package flow

import (
	"context"
	"io"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// maxScan bounds a scanned signing sheet, in bytes.
const maxScan = 10 << 20

// RegisterPaper registers a sheet that a party signed by pen, with its scan (PDF, JPEG or PNG).
func (s *Service) RegisterPaper(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, on, name string, scan io.Reader) ([]forms.Problem, error) {
	day, err := time.ParseInLocation(time.DateOnly, on, clock.Stockholm)
	if err != nil {
		return problem("on", forms.NotADate), nil
	}
	if day.After(s.Clock.Now()) {
		return problem("on", forms.TooLate), nil
	}
	raw, err := io.ReadAll(io.LimitReader(scan, maxScan+1))
	if err != nil {
		return nil, fault.New("flow.RegisterPaper", fault.Invalid, err)
	}
	switch kind := files.Kind(raw); {
	case len(raw) == 0:
		return problem("scan", forms.FileEmpty), nil
	case len(raw) > maxScan:
		return problem("scan", forms.FileTooBig), nil
	case kind != "application/pdf" && kind != "image/jpeg" && kind != "image/png":
		return problem("scan", forms.FileKind), nil
	default:
		ref := newRef("scan", files.CleanName(name), kind, signing.Only(p), raw)
		return nil, s.staffChange(ctx, a, id, []vault.Blob{{ID: casework.PartID(ref.Part.ID), Kind: "scan", Bytes: raw}},
			casework.SignedOnPaper{Party: p, Scan: ref, On: on}, handlers...)
	}
}
