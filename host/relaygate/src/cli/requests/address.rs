//! `relaygate address`, as a request.

use secrecy::SecretString;
use zeroize::Zeroize;

use super::{read_file, standard_input};
use crate::admin::{AddressRequest, ChangedAddressRequest, NewAddressRequest, Secret};
use crate::cli::Failure;
use crate::cli::args::{
    AddressCommand, ChangedAddressArguments, NewAddressArguments, TrustArguments,
};
use crate::operations::addresses::{DescribeInput, ForwardedInput};
use crate::operations::servers::TrustInput;
use crate::operations::verification::VerifyInput;

/// What the command stands for.
pub(super) fn request(command: AddressCommand) -> Result<AddressRequest, Failure> {
    Ok(match command {
        AddressCommand::Add(arguments) => AddressRequest::Add(new_address(arguments)?),
        AddressCommand::Forward {
            account,
            address,
            name,
            brand,
        } => AddressRequest::Forward(ForwardedInput {
            account: account.account,
            address,
            name,
            brand,
        }),
        AddressCommand::Native {
            account,
            local,
            brand,
        } => AddressRequest::Native {
            account: account.account,
            local,
            brand,
        },
        AddressCommand::Set {
            account,
            address,
            outbound_only,
        } => AddressRequest::Set {
            account: account.account,
            address,
            outbound_only: outbound_only.is_on(),
        },
        AddressCommand::Describe {
            account,
            address,
            name,
            brand,
            default,
        } => AddressRequest::Describe(DescribeInput {
            account: account.account,
            address,
            name,
            brand,
            default,
        }),
        AddressCommand::Change(arguments) => AddressRequest::Change(changed_address(arguments)?),
        AddressCommand::Keep { account, address } => AddressRequest::Keep {
            account: account.account,
            address,
        },
        AddressCommand::List { account } => AddressRequest::List {
            account: account.account,
        },
        AddressCommand::Show { account, address } => AddressRequest::Show {
            account: account.account,
            address,
        },
        AddressCommand::Verify {
            account,
            address,
            direction,
            wait,
            explain,
        } => AddressRequest::Verify(VerifyInput {
            account: account.account,
            address,
            ways: direction.into(),
            wait_seconds: wait,
            explain,
        }),
        AddressCommand::Remove { account, address } => AddressRequest::Remove {
            account: account.account,
            address,
        },
    })
}

fn new_address(arguments: NewAddressArguments) -> Result<NewAddressRequest, Failure> {
    Ok(NewAddressRequest {
        account: arguments.account.account,
        address: arguments.address,
        name: arguments.name,
        domain: arguments.domain,
        host: arguments.host,
        username: arguments.username,
        password: Secret(password()?),
        tls: arguments.tls.map(Into::into),
        trust: trust(arguments.trust)?,
        auth: arguments.auth.map(Into::into),
        brand: arguments.brand,
        outbound_only: arguments.outbound_only,
    })
}

fn changed_address(arguments: ChangedAddressArguments) -> Result<ChangedAddressRequest, Failure> {
    let password = arguments.password_stdin.then(password).transpose()?;
    Ok(ChangedAddressRequest {
        account: arguments.account.account,
        address: arguments.address,
        host: arguments.host,
        username: arguments.username,
        password: password.map(Secret),
        tls: arguments.tls.map(Into::into),
        trust: trust(arguments.trust)?,
        auth: arguments.auth.map(Into::into),
        wait_seconds: arguments.wait,
    })
}

fn trust(arguments: TrustArguments) -> Result<TrustInput, Failure> {
    Ok(TrustInput {
        ca_pem: arguments
            .ca
            .as_deref()
            .map(|file| read_file("ca", file))
            .transpose()?,
        fingerprint: arguments.fingerprint,
    })
}

/// The whole of standard input but the line end that `echo` adds.
pub(super) fn password() -> Result<SecretString, Failure> {
    let mut text = standard_input(PASSWORD_OCTETS_MAX)?;
    let password = SecretString::from(
        text.strip_suffix('\n')
            .unwrap_or(&text)
            .trim_end_matches('\r'),
    );
    text.zeroize();
    Ok(password)
}

/// Tokens are longer than passwords.
const PASSWORD_OCTETS_MAX: u64 = 8 * 1_024;
