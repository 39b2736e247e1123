// Package storage says how an Azure Storage account is reached, for the clients of its
// tables, queues and blobs. It sends no request.
package storage

import (
	"errors"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// An Account is one service of a storage account: a connection string, or the URL of
// its endpoint with a credential. A nil Transport stands for the network.
type Account struct {
	ConnectionString string
	URL              string
	Credential       azcore.TokenCredential
	Transport        policy.Transporter
}

// ClientOptions returns options with which a request is tried four times, each within
// a time.
func (a Account) ClientOptions(try time.Duration) azcore.ClientOptions {
	return azcore.ClientOptions{
		Transport: a.Transport,
		Telemetry: policy.TelemetryOptions{Disabled: true},
		Retry: policy.RetryOptions{
			MaxRetries:    3,
			RetryDelay:    200 * time.Millisecond,
			MaxRetryDelay: 3 * time.Second,
			TryTimeout:    try,
		},
	}
}

// Open calls that constructor of a client that fits the account.
func Open[C, O any](a Account, options O, byString func(connection string, o O) (C, error),
	byURL func(url string, c azcore.TokenCredential, o O) (C, error)) (client C, err error) {
	switch {
	case a.ConnectionString != "":
		return byString(a.ConnectionString, options)
	case a.URL != "" && a.Credential != nil:
		return byURL(a.URL, a.Credential, options)
	}
	return client, errors.New("neither a connection string nor a URL with a credential is given")
}
