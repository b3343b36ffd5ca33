package server

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// known is the book of certificates that identity providers have signed with, by entityID, each with the first and the last moment at which
// their metadata had it. What was signed is checked by it after the provider has exchanged its certificate, or has left the configuration.
//
// It is written before a signature is taken (trust.issuer), so that every signature that was ever taken is within the time of its
// certificate. Records are sealed: whoever can write in the database cannot make a provider's certificate.
type known struct {
	store store.Store
	box   sealed.Box
	clock clock.Clock
}

const (
	knownCollection = "eid-certificate"
	// knownPace is how often the end of a certificate's time is written while it lasts; what is read has that much added.
	knownPace = time.Hour
	knownPage = 500 // records at a time
)

// knownRecord is the sealed body.
type knownRecord struct {
	EntityID    string    `json:"entityId"`
	Certificate []byte    `json:"certificate"` // DER
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
}

func knownKey(entityID string, c *x509.Certificate) string {
	provider, certificate := sha256.Sum256([]byte(entityID)), sha256.Sum256(c.Raw)
	return hex.EncodeToString(provider[:8]) + "/" + hex.EncodeToString(certificate[:])
}

// remember notes that a provider's certificates are those now. Fault: Unavailable.
func (k known) remember(ctx context.Context, i evidence.SAMLIssuer) error {
	for _, c := range i.Certificates {
		if err := k.rememberOne(ctx, i.EntityID, c); err != nil {
			return fault.Wrap("server.known", err)
		}
	}
	return nil
}

func (k known) rememberOne(ctx context.Context, entityID string, c *x509.Certificate) error {
	now, key := k.clock.Now(), knownKey(entityID, c)
	r := knownRecord{EntityID: entityID, Certificate: c.Raw, From: now, To: now}
	rec, err := k.store.GetRecord(ctx, now, knownCollection, key)
	switch {
	case errors.Is(err, fault.NotFound):
	case err != nil:
		return err
	default:
		if r, err = k.open(rec); err != nil {
			return err
		}
		if now.Sub(r.To) < knownPace {
			return nil
		}
		r.To = now
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return fault.New("server.known", fault.Internal, err)
	}
	body, err := k.box.Seal(raw, sealed.Place(knownCollection, key))
	if err != nil {
		return fault.New("server.known", fault.Internal, err)
	}
	err = k.store.PutRecord(ctx, now, store.Record{Collection: knownCollection, Key: key, Rev: rec.Rev + 1, Body: body})
	if errors.Is(err, fault.Exists) || errors.Is(err, fault.Conflict) {
		return nil // another process has just noted the same
	}
	return err
}

func (k known) open(rec store.Record) (r knownRecord, err error) {
	raw, err := k.box.Open(rec.Body, sealed.Place(knownCollection, rec.Key))
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return r, fault.New("server.known", fault.Internal, err)
	}
	return r, nil
}

// issuers gives every certificate in the book. Faults: Unavailable; Internal for a record that was not written here.
func (k known) issuers(ctx context.Context) (out []evidence.SAMLIssuer, err error) {
	for after := ""; ; {
		recs, err := k.store.ListRecords(ctx, k.clock.Now(), knownCollection, "", after, knownPage)
		if err != nil {
			return nil, fault.Wrap("server.known", err)
		}
		for _, rec := range recs {
			r, err := k.open(rec)
			if err != nil {
				return nil, err
			}
			c, err := x509.ParseCertificate(r.Certificate)
			if err != nil {
				return nil, fault.New("server.known", fault.Internal, err)
			}
			out = append(out, evidence.SAMLIssuer{EntityID: r.EntityID, Seen: []evidence.SeenCertificate{{Certificate: c, From: r.From, To: r.To.Add(knownPace)}}})
			after = rec.Key
		}
		if len(recs) < knownPage {
			return out, nil
		}
	}
}
