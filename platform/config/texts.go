package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// text is a text of the configuration that can be set, with its key and where that stands: "clientSecret" at "bolagsverket.clientSecret".
type text struct {
	reflect.Value
	key, at string
}

// each does something to every text of a configuration.
func each(v reflect.Value, at string, do ...func(text) error) error {
	switch v.Kind() {
	case reflect.String:
		for _, one := range do {
			if err := one(text{v, at[strings.LastIndexByte(at, '.')+1:], at}); err != nil {
				return err
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return each(v.Elem(), at, do...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				if err := each(v.Field(i), strings.TrimPrefix(at+"."+v.Type().Field(i).Tag.Get("yaml"), "."), do...); err != nil {
					return err
				}
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := each(v.Index(i), fmt.Sprintf("%s[%d]", at, i), do...); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem() // what stands in a map cannot be set
			value.Set(v.MapIndex(key))
			if err := each(value, fmt.Sprintf("%s[%v]", at, key), do...); err != nil {
				return err
			}
			v.SetMapIndex(key, value)
		}
	}
	return nil
}

// secret takes a text that is written env:NAME from the environment.
func secret(t text) error {
	name, ok := strings.CutPrefix(t.String(), "env:")
	if !ok {
		return nil
	}
	value := os.Getenv(name)
	if value == "" {
		return fmt.Errorf("%s: the environment variable %s is empty", t.at, name)
	}
	t.SetString(value)
	return nil
}

// names are the keys that name a file or a folder, beside all that end in File.
var names = []string{"data", "masterKey", "municipalities", "forms", "themes", "folder", "inbox",
	"certificate", "key", "roots", "serverRoots", "signers", "serviceCertificates", "messageCertificate",
	"decryptionCertificate", "decryptionKey", "formerDecryptionKey", "metadataCertificate"}

// beside makes names of files that are not absolute stand beside the configuration, in dir.
func beside(dir string) func(text) error {
	return func(t text) error {
		if names := strings.HasSuffix(t.key, "File") || slices.Contains(names, t.key); names && t.String() != "" && !filepath.IsAbs(t.String()) {
			t.SetString(filepath.Join(dir, t.String()))
		}
		return nil
	}
}
