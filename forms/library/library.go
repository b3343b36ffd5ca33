// Package library has the e-services that are shipped, each a folder that an author can read, try and adapt.
package library

import "embed"

// Forms holds one folder a form.
//
//go:embed */*
var Forms embed.FS
