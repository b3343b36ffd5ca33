// Package config is what an operator sets: one YAML file, strictly read. A mistake stops the start with one line: file, key, what.
//
// Secrets are written env:NAME and taken from the environment. Files that are named stand relative to the configuration's own folder.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/timestamp"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/signing/seal"

	"go.yaml.in/yaml/v3"
)

// Config is the whole of it.
type Config struct {
	BaseURL        string         `yaml:"baseURL"`        // how people reach us: https://e.example.se
	Listen         string         `yaml:"listen"`         // ":8080"
	Data           string         `yaml:"data"`           // folder for the embedded store, files and keys
	Store          string         `yaml:"store"`          // "" the embedded one in Data, or mongodb://…
	MasterKey      string         `yaml:"masterKey"`      // file; "" keys/master.json in Data
	Municipalities string         `yaml:"municipalities"` // folder of one file a municipality
	Forms          string         `yaml:"forms"`          // folder of form folders; "" those that are shipped
	Themes         string         `yaml:"themes"`         // folder of themes; "" those that are shipped
	Proxies        []string       `yaml:"proxies"`        // whose X-Forwarded-For is believed
	BankID         bankid.Config  `yaml:"bankid"`
	EID            []EID          `yaml:"eid"` // e-legitimations beside BankID, in the order in which they are shown
	Navet          navet.Config   `yaml:"navet"`
	Mail           smtp.Config    `yaml:"mail"`
	SMS            smshttp.Config `yaml:"sms"`
	Clamd          string         `yaml:"clamd"` // host:port or socket path; "" uploads are not scanned
	Uploads        Uploads        `yaml:"uploads"`
	Posted         Posted         `yaml:"posted"`
	Handover       []Handover     `yaml:"handover"`
	// Bolagsverket is the register of companies that forms ask as "company"; without it they are filled in by hand.
	Bolagsverket bolagsverket.Config `yaml:"bolagsverket"`
	// Lantmateriet is the register that forms ask as "address" and "property"; without it they are filled in by hand.
	Lantmateriet lantmateriet.Config `yaml:"lantmateriet"`
	Dispatch     Dispatch            `yaml:"dispatch"`
	Usage        Usage               `yaml:"usage"`
	// Staff has a municipality's login by id, in place of what its own file says.
	Staff map[string]oidc.Config `yaml:"staff"`
	// StaffLogins has further logins of a municipality by its id, beside those that its own file names.
	StaffLogins map[string][]directory.Login `yaml:"staffLogins"`
	// Seals has the certificate that a municipality's documents are sealed with, by its id.
	Seals map[string]seal.Config `yaml:"seals"`
	// Timestamp is the authority that seals are stamped by; without it they say their own time.
	Timestamp *timestamp.Config `yaml:"timestamp"`
}

// Uploads bounds what citizens upload, in megabytes and files.
type Uploads struct {
	FileMB  int64 `yaml:"fileMB"`  // 20
	TotalMB int64 `yaml:"totalMB"` // 60
	Count   int   `yaml:"count"`   // 10
}

// Posted bounds a page that is posted, without its files. Over them comes 413.
type Posted struct {
	KB     int64 `yaml:"kB"`     // 1024
	Values int   `yaml:"values"` // 4000: controls with what stands in them; at most 10,000, which is what is read of a form
}

// Handover is where one municipality's granted rows go, and where the operator's lists come back: exactly one of Folder and Webhook.
type Handover struct {
	Municipality string          `yaml:"municipality"`
	Target       string          `yaml:"target"` // as the form names it: "transport"
	Folder       string          `yaml:"folder"`
	Webhook      *webhook.Config `yaml:"webhook"`
	// Inbox is a folder that ride lists come back in, for the authority with this slug.
	Inbox     string `yaml:"inbox"`
	Authority string `yaml:"authority"`
}

// Load reads a file.
func Load(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	c := Default()
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: %s", path, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	if err := each(reflect.ValueOf(&c).Elem(), "", secret, beside(filepath.Dir(path))); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("%s: %s", path, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return c, nil
}

// Default is what holds where nothing is said.
func Default() Config {
	return Config{Listen: ":8080", Data: "data", Usage: Usage{Prices: usage.DefaultPrices()}, Uploads: Uploads{FileMB: 20, TotalMB: 60, Count: 10},
		Posted: Posted{KB: 1024, Values: 4000}}
}

// Validate names the first wrong key. Integrations check their own parts.
func (c Config) Validate() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1"):
		return fmt.Errorf("baseURL %q: give the https address that people use", c.BaseURL)
	case u.Path != "" || u.RawQuery != "":
		return fmt.Errorf("baseURL %q: without path", c.BaseURL)
	case c.Municipalities == "":
		return errors.New("municipalities: give the folder of the municipalities' files")
	case c.Store != "" && !strings.HasPrefix(c.Store, "mongodb://") && !strings.HasPrefix(c.Store, "mongodb+srv://"):
		return fmt.Errorf("store %q: leave it out, or give a mongodb:// address", c.Store)
	case c.Uploads.FileMB < 1 || c.Uploads.TotalMB < c.Uploads.FileMB || c.Uploads.Count < 1:
		return errors.New("uploads: fileMB and count are at least 1, totalMB at least fileMB")
	case c.Posted.KB < 1 || c.Posted.Values < 1 || c.Posted.Values > 10_000:
		return errors.New("posted: kB and values are at least 1, values at most 10000")
	}
	for i, h := range c.Handover {
		if h.Municipality == "" || h.Target == "" || (h.Folder == "") == (h.Webhook == nil) {
			return fmt.Errorf("handover %d: municipality, target, and either folder or webhook are needed", i+1)
		}
		if (h.Inbox == "") != (h.Authority == "") {
			return fmt.Errorf("handover %d: inbox and authority belong together", i+1)
		}
	}
	if err := c.validateEIDs(); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(c.StaffLogins)) {
		if err := directory.CheckLogins(c.StaffLogins[id]); err != nil {
			return fmt.Errorf("staffLogins: %s: %w", id, err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Seals)) {
		if err := c.Seals[id].Validate(); err != nil {
			return fmt.Errorf("seals: %s: %w", id, err)
		}
	}
	return c.validateParts()
}

// validateParts asks every part that can check itself. One that may be left out says whether it is (IsZero), or is nil.
func (c Config) validateParts() error {
	all := reflect.ValueOf(c)
	for i := range all.NumField() {
		part := all.Field(i)
		if part.Kind() == reflect.Pointer && part.IsNil() {
			continue
		}
		check, can := part.Interface().(interface{ Validate() error })
		if out, may := part.Interface().(interface{ IsZero() bool }); !can || may && out.IsZero() {
			continue
		}
		if err := check.Validate(); err != nil {
			return fmt.Errorf("%s: %w", all.Type().Field(i).Tag.Get("yaml"), err)
		}
	}
	return nil
}
