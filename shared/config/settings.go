package config

import (
	"reflect"
	"strconv"
)

// A Source says what gives a setting its value.
type Source string

const (
	// Template is infra/app.bicep. This process reads the setting.
	Template Source = "template"
	// HostOnly is infra/app.bicep as well, but only the Functions host or the
	// platform reads the setting.
	HostOnly Source = "host"
	// Platform is Azure or the Functions host itself. A value in the template
	// would be refused, or would claim that a feature is on when it is off.
	Platform Source = "platform"
	// Machine is a developer's machine. The setting does not exist in Azure.
	Machine Source = "machine"
)

// A Setting is one environment variable.
type Setting struct {
	Name  string
	From  Source
	Local string // its value in local.settings.json.example; "" when it is not there
}

// azurite is the connection string of Microsoft's storage emulator, which has
// the same account and key everywhere:
// https://learn.microsoft.com/azure/storage/common/storage-connect-azurite.
const azurite = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;" +
	"AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;" +
	"BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;" +
	"QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;" +
	"TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"

// RequestBytes is the size of the largest request that the host lets through: more than
// the largest file that people attach, so that the API refuses it with an explanation.
// The host's own limit is 100 MB.
// https://learn.microsoft.com/azure/azure-functions/functions-app-settings#functions_request_body_size_limit
const RequestBytes = 160 << 20

// notRead returns the settings that this process does not read.
func notRead() []Setting {
	return []Setting{
		{Name: "FUNCTIONS_WORKER_RUNTIME", From: Platform, Local: "custom"},
		{Name: "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", From: HostOnly, Local: strconv.Itoa(RequestBytes)},
		{Name: "AzureWebJobsStorage__credential", From: HostOnly},
		{Name: "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", From: HostOnly},
		// The client id of the identity whose token replaces a secret at sign-in:
		// https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad#use-a-managed-identity-instead-of-a-secret-preview
		{Name: "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID", From: HostOnly},
		{Name: "POLL_SCHEDULE", From: HostOnly, Local: "0 */5 * * * *"}, // functions/poll/function.json refers to it
		{Name: "IDENTITY_ENDPOINT", From: Platform},                     // azidentity reads both
		{Name: "IDENTITY_HEADER", From: Platform},
	}
}

// Settings returns all settings of the process and of its host: first those that
// Config does not hold, then the fields of Config in their order.
func Settings() []Setting {
	all := notRead()
	for f := range reflect.TypeFor[Config]().Fields() {
		s := Setting{Name: f.Tag.Get("env"), From: Source(f.Tag.Get("from")), Local: f.Tag.Get("local")}
		if s.Local == "azurite" {
			s.Local = azurite
		}
		all = append(all, s)
	}
	return all
}
