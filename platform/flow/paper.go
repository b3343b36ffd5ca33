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

// maxScan bounds the scan of what was written by hand, in bytes.
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
	ref, blob, problems, err := scanned(p, name, scan)
	if err != nil || problems != nil {
		return problems, err
	}
	return nil, s.staffChange(ctx, a, id, []vault.Blob{blob}, casework.SignedOnPaper{Party: p, Scan: ref, On: on}, handlers...)
}

// scanned reads the scan of what a party has written by hand: PDF, JPEG or PNG. Problems have the pointer "/scan".
func scanned(p signing.PartyID, name string, scan io.Reader) (casework.Ref, vault.Blob, []forms.Problem, error) {
	raw, err := io.ReadAll(io.LimitReader(scan, maxScan+1))
	if err != nil {
		return casework.Ref{}, vault.Blob{}, nil, fault.New("flow.scanned", fault.Invalid, err)
	}
	code, kind := "", files.Kind(raw)
	switch {
	case len(raw) == 0:
		code = forms.FileEmpty
	case len(raw) > maxScan:
		code = forms.FileTooBig
	case kind != "application/pdf" && kind != "image/jpeg" && kind != "image/png":
		code = forms.FileKind
	}
	if code != "" {
		return casework.Ref{}, vault.Blob{}, problem("scan", code), nil
	}
	ref := newRef("scan", files.CleanName(name), kind, signing.Only(p), raw)
	return ref, vault.Blob{ID: casework.PartID(ref.Part.ID), Kind: "scan", Bytes: raw}, nil, nil
}
