package frejasim

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"samtjanst/platform/signing/evidence/evidencetest"
)

// result makes the real JWS of an approved order, or the lie that its script asks for.
func (s *Sim) result(o order) (string, error) {
	p := o.by
	if o.forgery == WrongPerson {
		if p = s.somebodyElse(p); p == nil {
			return "", errors.New("frejasim: there is nobody else")
		}
	}
	r := evidencetest.FrejaResult{Login: o.login, Ref: o.ref, Number: p.Number, GivenName: p.GivenName, Surname: p.Surname,
		Asked: !o.asked.IsZero(), Level: o.level, Text: o.text, Hidden: o.hidden, At: o.ended}
	switch o.forgery {
	case WrongText:
		r.Text = append([]byte("Något annat än det som visades. "), r.Text...)
	case WrongHidden:
		r.Hidden = append([]byte("x"), r.Hidden...)
	case WrongUse:
		if r.Login = !r.Login; !r.Login {
			r.Text = []byte("En underskrift")
		}
	case WrongOrder:
		r.Ref = strings.Repeat("A", len(r.Ref))
	case LowerLevel:
		r.Level = "BASIC"
	case OldResult:
		r.At = r.At.Add(-time.Hour)
	}
	details, err := s.freja.Sign(r)
	if err != nil {
		return "", err
	}
	header, rest, _ := strings.Cut(details, ".")
	switch o.forgery {
	case AlteredResult:
		return header + "." + altered(rest), nil
	case Unsigned:
		header = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","x5t":"` + s.freja.Thumbprint() + `"}`))
		return header + "." + rest, nil
	}
	return details, nil
}

func (s *Sim) somebodyElse(p *person) *person {
	for _, other := range s.people {
		if other != p {
			return other
		}
	}
	return nil
}

// altered changes one character in the middle of the payload.
func altered(rest string) string {
	b := []byte(rest)
	i := strings.IndexByte(rest, '.') / 2
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}
