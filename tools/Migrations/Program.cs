// dotnet-ef starts this program only to find its references.
return;
