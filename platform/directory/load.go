package directory

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"samtjanst/platform/identity"

	"go.yaml.in/yaml/v3"
)

// Load reads every *.yaml in dir of fsys as one tenant each. The error is one line: file, what, where.
func Load(fsys fs.FS, dir string) (*Directory, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no municipality (*.yaml) here", dir)
	}
	slices.Sort(names)
	d := &Directory{byID: map[identity.TenantID]*Tenant{}}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		t := &Tenant{}
		dec := yaml.NewDecoder(bytes.NewReader(raw))
		dec.KnownFields(true)
		if err := dec.Decode(t); err != nil {
			return nil, fmt.Errorf("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", " "))
		}
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if d.byID[t.ID] != nil {
			return nil, fmt.Errorf("%s: a second municipality with id %q", name, t.ID)
		}
		d.byID[t.ID] = t
		d.tenants = append(d.tenants, t)
	}
	if err := d.checkCooperations(); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return d, nil
}

func (t *Tenant) check() error {
	switch {
	case !slug(string(t.ID)):
		return fmt.Errorf("id %q: use small letters, digits and hyphens", t.ID)
	case t.Name == "" || t.Short == "":
		return errors.New("name and short are needed")
	case len(t.Code) != 4:
		return fmt.Errorf("code %q: kommunkod has four digits", t.Code)
	case t.Contact.Phone == "" || t.Contact.Email == "":
		return errors.New("contact.phone and contact.email are needed: every refusal names them")
	case t.Accessibility.Statement == "" || t.Accessibility.Report == "":
		return errors.New("accessibility.statement and .report are needed (lag 2018:1937, 13 §)")
	case t.Privacy == "":
		return errors.New("privacy is needed: how personal data is handled")
	}
	for _, a := range t.Authorities {
		if !slug(a.Slug) || a.Name == "" {
			return fmt.Errorf("authority %q: slug and name are needed", a.Slug)
		}
	}
	for _, g := range t.Staff.Groups {
		if _, ok := t.Authority(g.Authority); !ok {
			return fmt.Errorf("staff.groups %q: there is no authority %q", g.Name, g.Authority)
		}
		for _, r := range g.Roles {
			if !slices.Contains(identity.Roles(), r) {
				return fmt.Errorf("staff.groups %q: there is no role %q", g.Name, r)
			}
		}
	}
	for i, r := range t.Staff.Rules {
		if _, ok := t.Authority(r.Authority); !ok {
			return fmt.Errorf("staff.rules[%d]: there is no authority %q", i, r.Authority)
		}
		for _, role := range r.Roles {
			if !slices.Contains(identity.Roles(), role) {
				return fmt.Errorf("staff.rules[%d]: there is no role %q", i, role)
			}
		}
		if r.Organisation+r.Department+r.Title+r.Group == "" {
			return fmt.Errorf("staff.rules[%d]: says nothing of whom it is about (organisation, department, title or group)", i)
		}
	}
	secret, err := expand(t.Staff.ClientSecret)
	if err != nil {
		return fmt.Errorf("staff.clientSecret: %w", err)
	}
	t.Staff.ClientSecret = secret
	if err := t.Staff.Sync.check(); err != nil {
		return fmt.Errorf("staff.%w", err)
	}
	return CheckLogins(t.Staff.Logins)
}

// expand takes a secret from the environment when it is written env:NAME.
func expand(s string) (string, error) {
	name, ok := strings.CutPrefix(s, "env:")
	if !ok {
		return s, nil
	}
	v := os.Getenv(name)
	if v == "" {
		return "", fmt.Errorf("the environment variable %s is empty", name)
	}
	return v, nil
}

func slug(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
